import { ownEntry } from '../../../foundation/platform/index.ts'

const finishReasons: Readonly<Record<string, string>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
  ERROR_TOXIC: 'content_filter',
}

/** OpenAI's `finish_reason` for Cohere's; one that is new to us is an end like any other. */
export function toFinishReason(finishReason: string): string {
  return ownEntry(finishReasons, finishReason) ?? 'stop'
}

/** Why an answer is none, where it is none. */
export function isBroken(finishReason: string): boolean {
  return finishReason === 'ERROR' || finishReason === 'TIMEOUT'
}
