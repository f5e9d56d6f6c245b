import { createId, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { type ClientDialect, clientDialects, openAiErrors } from '../dialects/index.ts'
import type { ErrorLog } from './answer-error.ts'
import { answerError } from './answer-error.ts'
import { accepted } from './hold-for-review.ts'
import type { OwnReview, ReviewDesk, ReviewOutcome } from './review-desk.ts'
import { writeHeld, type Writing } from './write-held.ts'

export interface OwnReviewsOptions extends ErrorLog {
  readonly desk: ReviewDesk
  /** Throws `unauthenticated`. Memory only. */
  readonly authenticate: (request: Request) => Principal
}

const prefix = '/v1/reviews'
const idShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const longestWaitSeconds = 300

/** Serves `/v1/reviews`: what has become of what was held, for the key that asked for it. */
export function createOwnReviews(
  options: OwnReviewsOptions,
): (request: Request, path: string) => Promise<Response> | undefined {
  return (request, path) =>
    path === prefix || path.startsWith(`${prefix}/`)
      ? answer(request, path.slice(prefix.length + 1), options)
      : undefined
}

async function answer(request: Request, rest: string, options: OwnReviewsOptions): Promise<Response> {
  const requestId = createId()
  try {
    const response = await serve(request, rest, options)
    response.headers.set('x-request-id', requestId)
    return response
  } catch (error) {
    return answerError(error, requestId, openAiErrors, options)
  }
}

async function serve(request: Request, rest: string, options: OwnReviewsOptions): Promise<Response> {
  const [id = '', part, ...more] = rest.split('/')
  if (more.length > 0 || (part !== undefined && part !== 'response'))
    throw new Failure('not_found', `Invalid URL (${request.method} ${prefix}/${rest})`)
  if (request.method !== 'GET')
    throw new Failure('method_not_allowed', `Not allowed to ${request.method} on ${prefix}/${rest}.`)
  const { keyId } = options.authenticate(request)
  const query = new URL(request.url).searchParams
  if (id === '') return await list(keyId, query, options)
  const [review] = idShape.test(id) ? await options.desk.listOwn(keyId, { id }) : []
  if (!review) throw new Failure('not_found', `No review found with id '${id.slice(0, 100)}'.`)
  const outcome = await readOutcome(review, query.get('wait'), request.signal, options.desk)
  const now = (await options.desk.listOwn(keyId, { id }))[0] ?? review
  if (part === 'response') return await onlyResponse(now, outcome, options.desk)
  return Response.json({
    ...describe(now),
    response: outcome ? await writeResponse(now, outcome, options.desk) : null,
  })
}

async function list(keyId: string, query: URLSearchParams, { desk }: OwnReviewsOptions): Promise<Response> {
  const inferenceId = query.get('inference_id') ?? undefined
  if (inferenceId !== undefined && !idShape.test(inferenceId))
    throw new Failure('invalid_request', 'inference_id: this is no id of an inference', {
      details: { parameter: 'inference_id' },
    })
  const requestId = query.get('request_id') ?? undefined
  const found = await desk.listOwn(keyId, { requestId, inferenceId })
  return Response.json({ object: 'list', data: found.map(describe) })
}

type Decided = Exclude<ReviewOutcome, { kind: 'pending' }>

async function readOutcome(
  { id }: OwnReview,
  wait: string | null,
  signal: AbortSignal,
  desk: ReviewDesk,
): Promise<Decided | undefined> {
  const seconds = wait !== null && /^\d{1,6}$/.test(wait) ? Math.min(Number(wait), longestWaitSeconds) : 0
  const outcome =
    seconds > 0
      ? await desk.wait(id, AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)]))
      : await desk.outcome(id)
  return outcome?.kind === 'pending' ? undefined : outcome
}

/** As a batch says the answer of a line: the status and the body that the call itself would have had. */
async function writeResponse(
  review: OwnReview,
  outcome: Decided,
  desk: ReviewDesk,
): Promise<{ status: number; body: unknown }> {
  const { dialect, writing } = await writingOf(review, desk)
  try {
    const reply = writeHeld(outcome, writing, dialect, false)
    return { status: reply.status, body: JSON.parse(textOf(reply.body)) as unknown }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { errors } = dialect
    return { status: errors.status?.(error) ?? error.status, body: errors.body(error, review.requestId) }
  }
}

/** The bare answer, for whoever wants nothing else; 202 while there is none. */
async function onlyResponse(
  review: OwnReview,
  outcome: Decided | undefined,
  desk: ReviewDesk,
): Promise<Response> {
  if (!outcome) return accepted(review)
  const { status, body } = await writeResponse(review, outcome, desk)
  return Response.json(body, { status, headers: { 'slipway-review-id': review.id } })
}

async function writingOf(
  review: OwnReview,
  desk: ReviewDesk,
): Promise<{ dialect: ClientDialect; writing: Writing }> {
  const dialect = clientDialects[review.path]
  const writing = await desk.findWriting(review.id)
  if (!dialect || writing === undefined)
    throw new Failure('not_found', 'The content of this review is past its retention.')
  return { dialect, writing: JSON.parse(writing) as Writing }
}

function describe(review: OwnReview): object {
  return {
    id: review.id,
    object: 'review',
    state: review.state,
    waits_for: review.side === 'input' ? 'request' : 'answer',
    service: review.service,
    inference_id: review.inferenceId,
    request_id: review.requestId,
    created_at: review.createdAt.toISOString(),
    due_at: review.dueAt.toISOString(),
    expires_at: review.expiresAt.toISOString(),
    decided_at: review.decidedAt?.toISOString() ?? null,
  }
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}
