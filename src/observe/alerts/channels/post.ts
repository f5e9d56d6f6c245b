import { Failure, type GuardedAnswer, postGuarded } from '../../../foundation/platform/index.ts'
import { SendProblem } from './message.ts'

const timeoutMs = 10_000

/** Sends JSON and says of any other answer than a good one whether trying again may help. */
export async function postJson(
  url: string,
  body: string,
  options: {
    readonly headers?: Readonly<Record<string, string>>
    readonly allowPrivate: boolean
    readonly signal: AbortSignal
  },
): Promise<void> {
  const answer = await ask(url, body, options)
  if (answer.status >= 200 && answer.status < 300) return
  // a redirect is not followed: it could lead anywhere
  const isRetryable = answer.status >= 500 || answer.status === 429 || answer.status === 408
  throw new SendProblem(`It answered ${answer.status}.`, {
    isRetryable,
    retryAfterSeconds: answer.retryAfterSeconds,
  })
}

async function ask(
  url: string,
  body: string,
  { headers = {}, allowPrivate, signal }: Parameters<typeof postJson>[2],
): Promise<GuardedAnswer> {
  try {
    return await postGuarded(url, {
      headers: { 'content-type': 'application/json', 'user-agent': 'slipway', ...headers },
      body,
      timeoutMs,
      signal,
      allowPrivate,
    })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new SendProblem(error.message, { isRetryable: error.code !== 'forbidden', cause: error })
  }
}
