import { ownEntry } from '../../../foundation/platform/index.ts'

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
}

/** OpenAI's `finish_reason` for Anthropic's `stop_reason`; one that is new to us is an end like any other. */
export function toFinishReason(stopReason: string): string {
  return ownEntry(finishReasons, stopReason) ?? 'stop'
}
