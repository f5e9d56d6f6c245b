import { asWords, ownEntry } from '../../../foundation/platform/index.ts'
import { asList, asText, type JsonObject } from '../../providers/index.ts'

const stopReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
}

interface Ending {
  readonly stop_reason: string
  readonly stop_sequence: string | null
  readonly stop_details: JsonObject | null
}

/**
 * Why a message ended. Chats do not tell a stop sequence from any other stop, apart from vLLM and our
 * engines, which name it in `stop_reason` of the choice. Some servers say `stop` after a call of a tool.
 */
export function endingOf(
  choice: JsonObject,
  said: { readonly hasCalls: boolean; readonly hasRefused: boolean },
  request: JsonObject,
): Ending {
  const finish = asText(choice['finish_reason']) ?? 'stop'
  const matched = choice['stop_reason']
  const isSequence = finish === 'stop' && (asList(request['stop_sequences']) ?? []).includes(matched)
  if (isSequence) return { stop_reason: 'stop_sequence', stop_sequence: asWords(matched), stop_details: null }
  let reason = ownEntry(stopReasons, finish) ?? 'end_turn'
  if (reason === 'end_turn' && said.hasCalls) reason = 'tool_use'
  if (reason === 'end_turn' && said.hasRefused) reason = 'refusal'
  const details = reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null
  return { stop_reason: reason, stop_sequence: null, stop_details: details }
}
