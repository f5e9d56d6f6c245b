import { isRecord } from '../../api/request.ts'

export interface Turn {
  readonly role: string
  readonly text: string
}

/**
 * The turns of a stored request and its response in OpenAI's shape; `undefined` where it has none, and is
 * better shown as it is.
 */
export function readConversation(content: { request: unknown; response: unknown }): Turn[] | undefined {
  const { request, response } = content
  if (!isRecord(request) || !Array.isArray(request['messages'])) return undefined
  const turns = request['messages'].filter(isRecord).map(readTurn)
  const answer = readAnswer(response)
  return answer ? [...turns, answer] : turns
}

function readAnswer(response: unknown): Turn | undefined {
  if (typeof response === 'string') return { role: 'assistant', text: response }
  if (!isRecord(response)) return undefined
  const choice: unknown = Array.isArray(response['choices']) ? response['choices'][0] : response
  if (!isRecord(choice)) return undefined
  const message = isRecord(choice['message']) ? choice['message'] : choice
  return readTurn({ role: 'assistant', ...message })
}

function readTurn(message: Record<string, unknown>): Turn {
  const parts = [readText(message['content'])]
  if (Array.isArray(message['tool_calls'])) parts.push(JSON.stringify(message['tool_calls'], null, 2))
  return { role: String(message['role']), text: parts.filter(part => part !== '').join('\n\n') }
}

function readText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content === null || content === undefined ? '' : JSON.stringify(content)
  return content
    .filter(isRecord)
    .map(part => (typeof part['text'] === 'string' ? part['text'] : `[${String(part['type'])}]`))
    .join('\n')
}
