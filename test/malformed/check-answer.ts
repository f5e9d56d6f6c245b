import type { RawAnswer } from './raw-client.ts'

/** What is wrong with an answer, or `undefined`: it must be a good one, or an error that the client's SDK can read. */
export function problemOf(answer: RawAnswer, asked: string, secrets: readonly string[]): string | undefined {
  const { status, headers, body } = answer
  const path = URL.parse(asked, 'http://127.0.0.1')?.pathname ?? asked
  const text = body.toString('utf8')
  const type = headers.get('content-type') ?? ''
  for (const secret of secrets)
    if (text.includes(secret) || [...headers.values()].some(value => value.includes(secret)))
      return 'a secret in the answer'
  if (status === 0) return 'no answer'
  if (!answer.isWhole) return 'an answer that is not whole'
  if (status === 500) return 'a bug'
  if (status < 400)
    return status === 200 && type.startsWith('text/event-stream') ? problemOfStream(text, path) : undefined
  if (headers.get('connection') === 'upgrade') return 'an upgrade'
  // pages and their files are for people
  if (!path.startsWith('/v1/') && !path.startsWith('/api/')) return undefined
  return isTypedError(text, path, headers) ? undefined : `an error without a type: ${text.slice(0, 200)}`
}

function isTypedError(text: string, path: string, headers: RawAnswer['headers']): boolean {
  const value = parse(text) as
    | { type?: unknown; error?: { type?: unknown; message?: unknown; code?: unknown } }
    | undefined
  const { message, type, code } = value?.error ?? {}
  if (typeof message !== 'string' || message === '') return false
  if (path.startsWith('/api')) return typeof code === 'string'
  if (path.startsWith('/v1/messages'))
    return value?.type === 'error' && typeof type === 'string' && headers.has('request-id')
  return typeof type === 'string' && headers.has('x-request-id')
}

/** Every event is JSON and the last one ends the stream, well or with an error. */
function problemOfStream(text: string, path: string): string | undefined {
  const events = text.split('\n\n').filter(event => /^(?:data|event)(?::|$)/m.test(event))
  const datas = events.map(event =>
    event
      .split('\n')
      .filter(line => line.startsWith('data:'))
      .map(line => line.slice(5).trim())
      .join('\n'),
  )
  for (const data of datas)
    if (data !== '[DONE]' && parse(data) === undefined)
      return `an event that is no JSON: ${data.slice(0, 200)}`
  const last = datas.at(-1)
  if (last === undefined) return 'an empty stream'
  const { type, error } = (parse(last) ?? {}) as { type?: string; error?: unknown }
  const isEnded = path.startsWith('/v1/messages')
    ? type === 'message_stop' || type === 'error'
    : path.startsWith('/v1/responses')
      ? ['response.completed', 'response.failed', 'response.incomplete', 'error'].includes(type ?? '')
      : last === '[DONE]' || error !== undefined || /^image_\w+\.completed$/.test(type ?? '')
  return isEnded ? undefined : `a stream without an end: ${last.slice(0, 200)}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
