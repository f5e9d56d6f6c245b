import { asList, asObject, asText, type JsonObject } from '../../providers/index.ts'

/** What a chat message, or a delta of one, says, in the order in which Anthropic's blocks would have it. */
interface Pieces {
  readonly reasoning: string
  /** Whole signed blocks of an upstream that has them; their text has come as `reasoning` before. */
  readonly signed: readonly JsonObject[]
  readonly text: string
  readonly refusal: string
  readonly calls: readonly JsonObject[]
}

export function piecesOf(message: JsonObject): Pieces {
  const parts = (asList(message['content']) ?? []).map(part => asObject(part) ?? {})
  const spoken = parts.filter(part => part['type'] === 'text').map(part => asText(part['text']) ?? '')
  return {
    reasoning: asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? thoughtIn(parts) ?? '',
    signed: objectsIn(message['thinking_blocks']),
    text: asText(message['content']) ?? spoken.join(''),
    refusal: asText(message['refusal']) ?? '',
    calls: objectsIn(message['tool_calls']),
  }
}

/** Mistral's reasoning models think in parts of the content. */
function thoughtIn(parts: readonly JsonObject[]): string | undefined {
  const texts = parts
    .filter(part => part['type'] === 'thinking')
    .flatMap(part => objectsIn(part['thinking']).map(inner => asText(inner['text']) ?? ''))
  return texts.length > 0 ? texts.join('') : undefined
}

/** The arguments of a call as text; a few servers send them as an object. */
export function argumentsOf(called: JsonObject | undefined): string {
  const given = called?.['arguments']
  if (typeof given === 'string') return given
  return given === undefined || given === null ? '' : JSON.stringify(given)
}

/** An id for a call that came without one. */
export function callId(inferenceId: string, index: number): string {
  return `toolu_${inferenceId.replaceAll('-', '')}_${index}`
}

function objectsIn(value: unknown): JsonObject[] {
  return (asList(value) ?? []).map(asObject).filter(entry => entry !== undefined)
}
