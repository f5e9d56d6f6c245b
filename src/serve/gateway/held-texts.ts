import { asWords } from '../../foundation/platform/index.ts'
import type { Body } from '../dialects/index.ts'
import type { HeldAnswer } from './write-held.ts'
import type { HeldText } from './review-desk.ts'

/** A text of a request or an answer, before anybody has looked for what is in it. */
export type FoundText = Omit<HeldText, 'marks'> & { readonly at: readonly (string | number)[] }

/** The texts of a request in any dialect, in their order. What is no text (pictures, sound) is named, not shown. */
export function textsOfRequest(body: Body): FoundText[] {
  const texts: FoundText[] = []
  collect(body['system'], { role: 'system' }, ['system'], texts)
  collect(body['instructions'], { role: 'system' }, ['instructions'], texts)
  collect(body['prompt'], { role: 'user' }, ['prompt'], texts)
  for (const field of ['messages', 'input'] as const) {
    const items = body[field]
    if (!Array.isArray(items)) {
      collect(items, { role: 'user' }, [field], texts)
      continue
    }
    items.forEach((item: unknown, index) => collectItem(item, [field, index], texts))
  }
  return texts
}

/** The texts of an answer that is kept as an assistant's message, a completion's text, or a body as it is. */
export function textsOfAnswer(answer: HeldAnswer): FoundText[] {
  const said = { role: 'assistant' }
  const texts: FoundText[] = []
  if (answer.kind !== 'message') return [{ ...said, kind: 'text', text: answer.body, at: ['body'] }]
  const { content } = answer
  if (typeof content === 'string') return [{ ...said, kind: 'text', text: content, at: ['content'] }]
  if (!isRecord(content)) return texts
  collect(
    content['reasoning_content'],
    { ...said, kind: 'reasoning' },
    ['content', 'reasoning_content'],
    texts,
  )
  collect(content['content'], said, ['content', 'content'], texts)
  collect(content['refusal'], said, ['content', 'refusal'], texts)
  collectCalls(content['tool_calls'], ['content', 'tool_calls'], texts)
  return texts
}

interface Speaker {
  readonly role: string
  readonly kind?: HeldText['kind']
  readonly name?: string | undefined
}

function collectItem(item: unknown, at: readonly (string | number)[], texts: FoundText[]): void {
  if (typeof item === 'string') return collect(item, { role: 'user' }, at, texts)
  if (!isRecord(item)) return
  const { type } = item
  if (type === 'function_call') {
    const speaker = { role: 'assistant', kind: 'tool_call', name: asWords(item['name']) } as const
    return collect(item['arguments'], speaker, [...at, 'arguments'], texts)
  }
  if (type === 'function_call_output')
    return collect(item['output'], { role: 'tool' }, [...at, 'output'], texts)
  const role = typeof item['role'] === 'string' ? item['role'] : 'user'
  const name = typeof item['name'] === 'string' ? item['name'] : undefined
  collect(item['content'], { role, name }, [...at, 'content'], texts)
  collectCalls(item['tool_calls'], [...at, 'tool_calls'], texts)
}

function collectCalls(calls: unknown, at: readonly (string | number)[], texts: FoundText[]): void {
  if (!Array.isArray(calls)) return
  calls.forEach((call: unknown, index) => {
    const called = isRecord(call) ? call['function'] : undefined
    if (!isRecord(called)) return
    const speaker = { role: 'assistant', kind: 'tool_call', name: asWords(called['name']) } as const
    collect(called['arguments'], speaker, [...at, index, 'function', 'arguments'], texts)
  })
}

/** A text, or the parts of one. */
function collect(
  value: unknown,
  speaker: Speaker,
  at: readonly (string | number)[],
  texts: FoundText[],
): void {
  if (typeof value === 'string') {
    if (value !== '') texts.push({ kind: 'text', ...speaker, text: value, at })
    return
  }
  if (!Array.isArray(value)) return
  value.forEach((part: unknown, index) => {
    if (typeof part === 'string') return collect(part, speaker, [...at, index], texts)
    if (!isRecord(part)) return
    const { type, text, thinking, content, input } = part
    if (typeof text === 'string') return collect(text, speaker, [...at, index, 'text'], texts)
    if (typeof thinking === 'string')
      return collect(thinking, { ...speaker, kind: 'reasoning' }, [...at, index, 'thinking'], texts)
    if (type === 'tool_result') return collect(content, { role: 'tool' }, [...at, index, 'content'], texts)
    if (type === 'tool_use') {
      const name = asWords(part['name'])
      // an object, which is shown and cannot be written back as a text
      texts.push({ role: 'assistant', kind: 'tool_call', name, text: JSON.stringify(input), at: [] })
    }
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
