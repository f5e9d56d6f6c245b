/** What the server has refused. */
export class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface Api {
  readonly url: string
  get<Answer>(place: string): Promise<Answer>
  send<Answer>(method: 'POST' | 'PUT' | 'PATCH', place: string, body?: unknown): Promise<Answer>
}

/** The HTTP API under one key. What is refused throws an error with what the server said. */
export function createApi(url: string, key: string, signal: AbortSignal): Api {
  async function call<Answer>(method: string, place: string, body?: unknown): Promise<Answer> {
    const response = await fetch(url + place, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    })
    const text = await response.text()
    if (!response.ok)
      throw new Refusal(response.status, `${method} ${place}: ${response.status} ${text.slice(0, 1_000)}`)
    return JSON.parse(text) as Answer
  }
  return {
    url,
    get: place => call('GET', place),
    send: (method, place, body) => call(method, place, body),
  }
}
