const filtered = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'MODEL_ARMOR',
])

/** What the model wrote is no answer, and another try may be one. */
const broken = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'NO_IMAGE',
])

export function isBroken(finishReason: string): boolean {
  return broken.has(finishReason)
}

/** OpenAI's `finish_reason` for Gemini's; one that is new to us is an end like any other. */
export function toFinishReason(finishReason: string, hasCalls: boolean): string {
  if (filtered.has(finishReason)) return 'content_filter'
  if (finishReason === 'MAX_TOKENS') return 'length'
  return hasCalls ? 'tool_calls' : 'stop'
}
