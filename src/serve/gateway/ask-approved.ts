import type { Principal } from '../../govern/access/index.ts'
import type { Gateway } from './gateway.ts'
import type { HeldAnswer, RequestResult } from './write-held.ts'

/** How the gateway is asked with a request that people have approved. */
export interface ApprovedRequest {
  readonly id: string
  /** Told what was answered, in the form in which it can be said in any dialect. */
  told(answer: HeldAnswer | undefined): void
}

/** What came of it: the answer, or that it has to wait for people again. */
export type AskedApproved = RequestResult | { readonly kind: 'held'; readonly reviewId: string }

/** Asks the model with an approved request, in the name of the key that sent it. */
export async function askApproved(
  gateway: Gateway,
  review: { readonly id: string; readonly path: string; readonly body: string; readonly requestId: string },
  principal: Principal,
  signal: AbortSignal,
): Promise<AskedApproved> {
  const { id, path, body, requestId } = review
  let answer: HeldAnswer | undefined
  const approved: ApprovedRequest = {
    id,
    told: given => {
      answer = given
    },
  }
  const request = new Request(`http://review${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: wholeOf(body),
    signal,
  })
  const response = await gateway(request, path, { principal, priority: 'interactive', review: approved })
  const text = await response.text()
  const reviewId = response.headers.get('slipway-review-id')
  if (response.status === 202 && reviewId !== null) return { kind: 'held', reviewId }
  if (!response.ok) return { kind: 'failed', status: response.status, body: text }
  return { kind: 'answer', answer: answer ?? { kind: 'reply', body: text } }
}

/** The answer is kept whole and streamed from there where the client wants a stream. */
function wholeOf(body: string): string {
  const { stream: _, stream_options: __, ...whole } = JSON.parse(body) as Record<string, unknown>
  return JSON.stringify(whole)
}
