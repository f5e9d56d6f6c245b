import type { Row } from '../../datasets/index.ts'
import type { ChatMessage, EvaluatedExample } from '../evaluator.ts'
import type { Suite } from '../suites/suite.ts'
import { fillTemplate } from './template.ts'

/** Which columns say what of an example. */
export interface ExampleColumns {
  readonly expected: string | undefined
  readonly context: string | undefined
}

export type BuiltExample =
  | { readonly example: EvaluatedExample; readonly body: Readonly<Record<string, unknown>> }
  | { readonly problem: string }

/** Makes the request of an example and what its answer is held against; or says why the row makes none. */
export function buildExample(
  suite: Pick<Suite, 'request'>,
  columns: ExampleColumns,
  key: string,
  row: Row,
): BuiltExample {
  const { request } = suite
  const read: ReturnType<typeof readMessages> =
    request.messages === undefined
      ? { messages: [{ role: 'user', content: fillTemplate(request.prompt ?? '', row) }] }
      : readMessages(row[request.messages], request.messages)
  if ('problem' in read) return read
  const last = read.messages.at(-1)
  const isAnswered = last?.role === 'assistant'
  const asked = isAnswered ? read.messages.slice(0, -1) : read.messages
  if (asked.length === 0) return { problem: 'There is nothing to ask: the only message is the answer.' }
  const system: ChatMessage[] =
    request.system === undefined ? [] : [{ role: 'system', content: fillTemplate(request.system, row) }]
  const messages = [...system, ...asked]
  const expected = columns.expected === undefined ? undefined : row[columns.expected]
  return {
    example: {
      key,
      row,
      messages,
      expected: expected ?? (isAnswered ? last.content : undefined) ?? undefined,
      context: (columns.context === undefined ? undefined : row[columns.context]) ?? undefined,
    },
    body: { ...request.parameters, messages },
  }
}

function readMessages(
  value: unknown,
  column: string,
): { readonly messages: readonly ChatMessage[] } | { readonly problem: string } {
  const given = typeof value === 'string' ? parseJson(value) : value
  if (typeof given === 'string') return { messages: [{ role: 'user', content: given }] }
  if (!Array.isArray(given) || given.length === 0)
    return { problem: `The column \`${column}\` holds no list of messages.` }
  for (const [index, message] of given.entries()) {
    if (typeof message !== 'object' || message === null || typeof (message as ChatMessage).role !== 'string')
      return { problem: `Message ${index + 1} in the column \`${column}\` has no role.` }
  }
  return { messages: given as ChatMessage[] }
}

/** The list that a text holds, else the text, which is what a user says. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
