import { z } from 'zod'
import { readFile } from 'node:fs/promises'
import { Failure } from '../../../foundation/platform/index.ts'
import type { CheckExample } from './native-job.ts'

const turn = z.object({ role: z.string(), content: z.string() })
const example = z.union([
  z.object({ text: z.string().min(1) }).transform(({ text }): CheckExample => ({ text })),
  z.object({ input: z.string(), output: z.string() }).transform(({ input, output }): CheckExample => ({
    messages: [{ role: 'user', content: input }],
    answer: output,
  })),
  z.object({ messages: z.array(turn).min(2) }).transform(({ messages }, context): CheckExample => {
    const last = messages.at(-1)
    if (last?.role === 'assistant') return { messages: messages.slice(0, -1), answer: last.content }
    context.addIssue({ code: 'custom', message: 'the last message is not of the assistant' })
    return z.NEVER
  }),
])

/**
 * Reads JSON Lines: `{"text"}`, `{"input", "output"}` or `{"messages"}` that end with an answer. Throws `invalid_request` with
 * the line that is none of these.
 */
export async function readCheckExamples(file: string, most: number): Promise<CheckExample[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Failure('invalid_request', `${file} cannot be read: ${String(cause)}`, { cause })
  })
  const found: CheckExample[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (found.length >= most) break
    if (line.trim() === '') continue
    found.push(parseLine(line, `${file}:${index + 1}`))
  }
  if (found.length === 0) throw new Failure('invalid_request', `${file} has no examples.`)
  return found
}

function parseLine(line: string, place: string): CheckExample {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new Failure('invalid_request', `${place} is not JSON.`, { cause })
  }
  return parseCheckExample(value, place)
}

/** One example. Throws `invalid_request`, with its place. */
export function parseCheckExample(value: unknown, place: string): CheckExample {
  const parsed = example.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Failure(
    'invalid_request',
    `${place} has neither "text", nor "input" and "output", nor "messages" that end with an answer of the assistant.`,
  )
}
