/** An answer with what it answers, as judges read it. */
export interface JudgedAnswer {
  /** The last thing that the client said. */
  readonly question: string | undefined
  /** What was retrieved or came out of tools. */
  readonly documents: readonly string[]
  readonly text: string
}

/**
 * Reads an answer out of what is kept of an inference, whichever API it came in; `undefined` where there is no text of an
 * answer. The request is in the client's dialect, the response as its provider was observed to say it.
 */
export function readJudgedAnswer(content: {
  readonly request: unknown
  readonly response: unknown
}): JudgedAnswer | undefined {
  const text = answerIn(content.response)
  if (text === undefined || text.trim() === '') return undefined
  const turns = turnsOf(content.request)
  const question = turns.findLast(({ role }) => role === 'user')?.text
  return {
    question: question === '' ? undefined : question,
    documents: turns
      .filter(({ role, text: found }) => role === 'document' && found !== '')
      .map(turn => turn.text),
    text,
  }
}

type Fields = Readonly<Record<string, unknown>>

interface Turn {
  readonly role: 'user' | 'document'
  readonly text: string
}

function turnsOf(request: unknown): Turn[] {
  const body = fieldsOf(request)
  if (!body) return []
  if (typeof body['prompt'] === 'string') return [{ role: 'user', text: body['prompt'] }]
  if (typeof body['input'] === 'string') return [{ role: 'user', text: body['input'] }]
  const items = listOf(body['messages'] ?? body['input'])
  return items.flatMap(item => {
    const message = fieldsOf(item)
    if (!message) return []
    if (message['type'] === 'function_call_output')
      return [{ role: 'document' as const, text: textIn(message['output']) }]
    const role = message['role']
    if (role === 'tool' || role === 'function')
      return [{ role: 'document' as const, text: textIn(message['content']) }]
    if (role !== 'user') return []
    return [
      ...documentsIn(message['content']),
      { role: 'user' as const, text: textIn(message['content']) },
    ].filter(({ text }) => text !== '')
  })
}

/** Results of tools and documents among the parts of a message: Anthropic's way. */
function documentsIn(content: unknown): Turn[] {
  return listOf(content).flatMap(part => {
    const fields = fieldsOf(part)
    const { type } = fields ?? {}
    if (type === 'tool_result' || type === 'search_result')
      return [{ role: 'document' as const, text: textIn(fields?.['content']) }]
    if (type !== 'document') return []
    const source = fieldsOf(fields?.['source'])
    return [{ role: 'document' as const, text: textIn(source?.['data'] ?? source?.['content']) }]
  })
}

function answerIn(response: unknown): string | undefined {
  if (typeof response === 'string') return response
  const [first] = Array.isArray(response) ? (response as unknown[]) : [response]
  if (typeof first === 'string') return first
  const message = fieldsOf(first)
  if (!message) return undefined
  if (Array.isArray(message['output'])) return answersIn(message['output'])
  // the items of a response, or one message
  return Array.isArray(response) && message['type'] !== undefined
    ? answersIn(response)
    : textIn(message['content'])
}

function answersIn(items: readonly unknown[]): string {
  return items
    .map(fieldsOf)
    .filter(item => item?.['type'] === 'message' || item?.['type'] === 'text')
    .map(item => (item?.['type'] === 'text' ? textIn([item]) : textIn(item?.['content'])))
    .join('\n')
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content
  return listOf(content)
    .map(fieldsOf)
    .filter(
      part =>
        part?.['type'] === 'text' || part?.['type'] === 'input_text' || part?.['type'] === 'output_text',
    )
    .map(part => part?.['text'])
    .filter(text => typeof text === 'string')
    .join('\n')
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}
