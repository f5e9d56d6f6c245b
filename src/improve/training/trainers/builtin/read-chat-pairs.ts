import type { TrainingExample } from '../../training-spec.ts'

interface Message {
  readonly role?: unknown
  readonly content?: unknown
  readonly weight?: unknown
}

/**
 * What the built-in model can learn of a conversation: its last answer, to the last thing that the user said before. It sees
 * nothing else when it serves. `undefined` where there is no such pair.
 */
export function toPair(line: unknown): TrainingExample | undefined {
  const { messages, weight } = line as { messages?: unknown; weight?: unknown }
  const list = (Array.isArray(messages) ? messages : []) as Message[]
  const answerAt = list.findLastIndex(message => message.role === 'assistant' && message.weight !== 0)
  const answer = textOf(list[answerAt]?.content)
  const question = textOf(
    list.slice(0, Math.max(0, answerAt)).findLast(({ role }) => role === 'user')?.content,
  )
  if (answer === undefined || question === undefined) return undefined
  return {
    // as the chat template of the model has it
    input: question.trim(),
    output: answer,
    ...(typeof weight === 'number' && { weight }),
  }
}

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  return (content as { type?: unknown; text?: unknown }[])
    .map(({ type, text }) => (type === 'text' && typeof text === 'string' ? text : ''))
    .join('')
}
