import { z } from 'zod'

export const chatOptions = z.strictObject({
  last: z.enum(['assistant', 'user', 'any']).default('assistant').describe('Who has the last word.'),
  alternate: z.boolean().default(true).describe('Whether user and assistant take turns.'),
  system: z
    .enum(['optional', 'required', 'forbidden'])
    .default('optional')
    .describe('A system message at the start.'),
  maxTurns: z.int().min(1).optional().describe('The most messages of user and assistant.'),
})
export type ChatOptions = z.output<typeof chatOptions>

const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })), z.null()]).optional(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string(),
        function: z.looseObject({ name: z.string(), arguments: z.string() }).optional(),
      }),
    )
    .nullish(),
  tool_call_id: z.string().optional(),
})
type Message = z.infer<typeof message>
const roles: readonly string[] = ['system', 'developer', 'user', 'assistant', 'tool', 'function']

/** What is wrong with a conversation, for a report; nothing where all is well. */
export function chatFault(json: string, options: ChatOptions): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return 'it is not JSON'
  }
  const list = Array.isArray(value) ? value : (value as { messages?: unknown } | null)?.messages
  if (!Array.isArray(list)) return 'it is neither a list of messages nor an object with `messages`'
  if (list.length === 0) return 'it has no message'
  const messages: Message[] = []
  for (const [index, each] of list.entries()) {
    const parsed = message.safeParse(each)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return `message ${index + 1} has no valid \`${issue?.path.map(String).join('.') || 'role'}\``
    }
    messages.push(parsed.data)
  }
  return messagesFault(messages, options)
}

function messagesFault(messages: readonly Message[], options: ChatOptions): string | undefined {
  const isSystem = ({ role }: Message) => role === 'system' || role === 'developer'
  const first = messages[0]
  if (options.system === 'required' && !(first && isSystem(first)))
    return 'it does not begin with a system message'
  let open = new Set<string>()
  let turn: string | undefined
  let turns = 0
  for (const [index, each] of messages.entries()) {
    const at = `message ${index + 1}`
    if (!roles.includes(each.role)) return `${at} has the role \`${each.role}\`, which there is not`
    if (isSystem(each)) {
      if (options.system === 'forbidden') return `${at} is a system message`
      if (turn !== undefined) return `${at} is a system message after the conversation began`
    }
    if (each.role === 'tool') {
      if (each.tool_call_id === undefined) return `${at} is of a tool and has no \`tool_call_id\``
      if (!open.delete(each.tool_call_id))
        return `${at} answers the tool call \`${each.tool_call_id}\`, which is not open`
      continue
    }
    if (open.size > 0) return `the tool call \`${[...open][0]}\` has no answer before ${at}`
    const calls = each.tool_calls ?? []
    if (calls.length > 0 && each.role !== 'assistant') return `${at} of \`${each.role}\` calls tools`
    open = new Set(calls.map(({ id }) => id))
    for (const call of calls)
      if (call.function !== undefined && !isJson(call.function.arguments))
        return `${at} calls \`${call.function.name}\` with arguments that are not JSON`
    if (
      calls.length === 0 &&
      isEmpty(each.content) &&
      each['function_call'] === undefined &&
      each['refusal'] === undefined
    )
      return `${at} of \`${each.role}\` is empty`
    if (each.role !== 'user' && each.role !== 'assistant') continue
    if (
      options.alternate &&
      turn === each.role &&
      !(each.role === 'assistant' && messages[index - 1]?.role === 'tool')
    )
      return `${at} is the second of \`${each.role}\` in a row`
    if (options.alternate && turn === undefined && each.role === 'assistant')
      return `${at} of the assistant answers nothing`
    turn = each.role
    turns += 1
  }
  if (open.size > 0) return `the tool call \`${[...open][0]}\` has no answer`
  if (turn === undefined) return 'nobody says anything in it'
  if (options.last !== 'any' && messages.at(-1)?.role !== options.last)
    return `the last message is of \`${messages.at(-1)?.role}\`, not of \`${options.last}\``
  if (options.maxTurns !== undefined && turns > options.maxTurns) return `it has ${turns} turns`
  return undefined
}

function isEmpty(content: Message['content']): boolean {
  if (content === undefined || content === null) return true
  return typeof content === 'string' ? content.trim() === '' : content.length === 0
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
