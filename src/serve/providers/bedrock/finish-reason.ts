import { ownEntry } from '../../../foundation/platform/index.ts'

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  refusal: 'content_filter',
}

/** OpenAI's `finish_reason` for Converse's `stopReason`; one that is new to us is an end like any other. */
export function toFinishReason(stopReason: string): string {
  return ownEntry(finishReasons, stopReason) ?? 'stop'
}

/** `malformed_model_output`, `malformed_tool_use`: what the model wrote is no answer, and another try may be one. */
export function isMalformed(stopReason: string): boolean {
  return stopReason.startsWith('malformed_')
}
