import type { ReviewClient, ReviewsConfig, ReviewTermsConfig } from '../../foundation/config/index.ts'
import { eventStreamHeaders, Failure } from '../../foundation/platform/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import { type AnswerContext, type Body, type ClientDialect, clientDialects } from '../dialects/index.ts'
import type { Stage, Verdict } from '../guardrails/index.ts'
import type { Exchange } from './exchange.ts'
import type { InternalCaller } from './gateway.ts'
import { type FoundText, textsOfAnswer, textsOfRequest } from './held-texts.ts'
import type { HeldMark, ReviewDesk, ReviewRequest } from './review-desk.ts'
import { type HeldAnswer, writeHeld, type Writing } from './write-held.ts'

/** What a guard gives to a person instead of to the client or the model. */
export interface Escalation {
  readonly policy: { readonly name: string; readonly hash: string }
  /** What the policy says of its reviews, over what `reviews` says of all. */
  readonly terms: ReviewTermsConfig | undefined
  /** The verdicts that led to it. */
  readonly verdicts: readonly Verdict[]
  /** Where they point in one of the texts; offsets are of that text. */
  readonly marksIn?: (text: string, stage: Stage) => readonly HeldMark[]
  /** The answer that waits, whole and just as it would go out; left out where the request waits. */
  readonly answer?: HeldAnswer
}

/** What is known of the inference that is held. */
export interface Holding {
  readonly desk: ReviewDesk
  readonly settings: () => ReviewsConfig
  readonly exchange: Exchange
  readonly dialect: ClientDialect
  readonly context: AnswerContext
  readonly caller: InternalCaller | undefined
  readonly request: Request
  /** Of the answer so far. */
  readonly headers: Readonly<Record<string, string>>
  readonly keep?: ((answer: Body) => void) | undefined
}

/** Something that waits: its review is stored, and its inference settled. */
export interface Held {
  readonly id: string
  readonly dueAt: Date
  readonly writing: Writing
}

const pathsByDialect = new Map(Object.entries(clientDialects).map(([path, dialect]) => [dialect, path]))

/**
 * Gives an inference to people and answers the client as it wants to be answered: at once with where to ask, or when it
 * is decided. From here on the gateway holds nothing: the review is a row, and whoever asks later is answered from it.
 */
export async function holdForReview(escalation: Escalation, holding: Holding): Promise<Response> {
  const held = await submitHeld(escalation, holding)
  const { exchange, dialect, request, settings } = holding
  const wish = wishOf(request.headers, termsOf(settings(), escalation.terms), holding.caller !== undefined)
  const headers = { ...holding.headers, 'slipway-review-id': held.id, ...wish.headers }
  if (wish.client === 'respond-async') return accepted(held, headers)
  if (exchange.options.isStream) return answerStream(held, holding, headers)
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(wish.waitMs)])
  const outcome = await holding.desk.wait(held.id, signal)
  if (request.signal.aborted) throw new Failure('client_closed', 'The client has left.')
  if (!outcome || outcome.kind === 'pending') return accepted(held, headers)
  const reply = writeHeld(outcome, held.writing, dialect, false, holding.keep)
  return new Response(reply.body, { status: reply.status, headers: { ...headers, ...reply.headers } })
}

/** Stores what waits, and settles its inference: nothing more of it will be spent until somebody has decided. */
export async function submitHeld(escalation: Escalation, holding: Holding): Promise<Held> {
  const { exchange, dialect, context, caller } = holding
  const { id: inferenceId, requestId, principal, service, isStream } = exchange.options
  const { answer, verdicts, policy } = escalation
  const writing: Writing = { context, usage: exchange.answering?.observation?.usage }
  const found = answer ? textsOfAnswer(answer) : []
  const body = context.asked ?? context.request
  const asked = textsOfRequest(body)
  /** Of a request, the last turn is decided on; what was said before it is read with it. */
  const turn = answer ? asked.length : startOfTurn(asked)
  const texts = answer ? found : asked.slice(turn)
  const marked = <Text extends FoundText>(text: Text) => ({
    ...text,
    marks: escalation.marksIn?.(text.text, stageOf(text, answer !== undefined)) ?? [],
  })
  const request: ReviewRequest = {
    inferenceId,
    requestId,
    tenant: homeTenant(principal),
    service: service.name,
    keyId: principal.keyId,
    path: pathsByDialect.get(dialect) ?? '',
    isStream,
    side: answer ? 'output' : 'input',
    policy,
    terms: termsOf(holding.settings(), escalation.terms),
    fired: verdicts.map(verdict => ({
      guard: verdict.guard,
      check: verdict.check,
      stage: verdict.stage,
      action: verdict.action,
      outcome: verdict.outcome,
      types: [...new Set(verdict.findings.map(({ type }) => type))],
      why: verdict.why,
    })),
    context: asked.slice(0, turn).map(text => marked(text)),
    content: JSON.stringify(answer ?? body),
    texts: texts.map(text => marked(text)),
    writing: JSON.stringify(writing),
    parentId: caller?.review?.id,
  }
  const { id, dueAt } = await holding.desk.submit(request)
  exchange.hold()
  return { id, dueAt, writing }
}

/**
 * The rest of a stream whose answer is held: resolves when it is decided. Whoever writes the stream keeps it alive
 * meanwhile. `signal` aborts when the client is gone.
 */
export async function restOfHeldStream(
  held: Held,
  holding: Pick<Holding, 'desk' | 'dialect' | 'keep'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { desk, dialect, keep } = holding
  const outcome = await desk.wait(held.id, signal)
  if (!outcome || outcome.kind === 'pending') throw new Failure('client_closed', 'The client has left.')
  const reply = writeHeld(outcome, held.writing, dialect, true, keep)
  if (reply.status >= 400)
    throw new Failure('upstream_error', 'The model could not be asked after the approval.')
  return typeof reply.body === 'string' ? encoder.encode(reply.body) : reply.body
}

function answerStream(held: Held, holding: Holding, headers: Readonly<Record<string, string>>): Response {
  const leaving = new AbortController()
  const { dialect } = holding
  const beat = dialect.operation === 'messages' ? ping : comment
  let timer: ReturnType<typeof setInterval> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(heldComment(held))
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > -8) controller.enqueue(beat)
      }, beatMs)
      restOfHeldStream(held, holding, leaving.signal)
        .then(rest => controller.enqueue(rest))
        .catch((error: unknown) => {
          if (leaving.signal.aborted) return
          const failure =
            error instanceof Failure ? error : new Failure('upstream_error', 'The answer could not be read.')
          const words = (dialect.overChat ?? dialect).openStream(held.writing.context).fail(failure)
          if (words) controller.enqueue(words)
        })
        .finally(() => {
          clearInterval(timer)
          if (!leaving.signal.aborted) controller.close()
        })
    },
    cancel() {
      clearInterval(timer)
      leaving.abort()
    },
  })
  return new Response(body, { headers: { ...headers, ...eventStreamHeaders } })
}

/** Whether the client is answered at once, with where to ask again. */
export function wantsAsync(
  headers: Headers,
  settings: ReviewsConfig,
  own: ReviewTermsConfig | undefined,
  isInternal: boolean,
): boolean {
  return wishOf(headers, termsOf(settings, own), isInternal).client === 'respond-async'
}

/** Tells whoever reads a stream by hand where to ask if it breaks off. */
export function heldComment({ id }: Pick<Held, 'id'>): Uint8Array {
  return encoder.encode(`: held for review, /v1/reviews/${id}\n\n`)
}

/** Whoever asks again is told the same. */
export function accepted(
  { id, dueAt }: Pick<Held, 'id' | 'dueAt'>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const location = `/v1/reviews/${id}`
  return Response.json(
    { id, object: 'review', state: 'pending', due_at: dueAt.toISOString(), url: location },
    { status: 202, headers: { ...headers, location, 'retry-after': '5' } },
  )
}

interface Wish {
  readonly client: ReviewClient
  readonly waitMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** What the client asks for (RFC 7240), else what the policy says. Nobody of ours waits. */
function wishOf(
  headers: Headers,
  terms: Pick<ReviewsConfig, 'client' | 'waitSeconds'>,
  isInternal: boolean,
): Wish {
  const usual = { client: terms.client, waitMs: terms.waitSeconds * 1_000, headers: {} }
  if (isInternal) return { ...usual, client: 'respond-async' }
  const prefer = headers.get('prefer') ?? ''
  const isAsync = /(?:^|[\s,;])respond-async(?:$|[\s,;])/i.test(prefer)
  const seconds = /(?:^|[\s,;])wait\s*=\s*"?(\d{1,6})/i.exec(prefer)?.[1]
  const applied = (preference: string): Wish['headers'] => ({ 'preference-applied': preference })
  if (isAsync) return { ...usual, client: 'respond-async', headers: applied('respond-async') }
  if (seconds === undefined) return usual
  const waitSeconds = Math.min(Number(seconds), 3_600)
  return { client: 'wait', waitMs: waitSeconds * 1_000, headers: applied(`wait=${waitSeconds}`) }
}

function termsOf(settings: ReviewsConfig, own: ReviewTermsConfig | undefined): ReviewsConfig {
  const said = Object.entries(own ?? {}).filter(([, value]) => value !== undefined)
  return { ...settings, ...Object.fromEntries(said) }
}

/** The index of the first text of what the user says last. */
function startOfTurn(texts: readonly FoundText[]): number {
  const last = texts.findLastIndex(({ role }) => role === 'user')
  if (last < 0) return Math.max(0, texts.length - 1)
  const message = messageOf(texts[last])
  return texts.findIndex(text => text.role === 'user' && messageOf(text) === message)
}

function messageOf(text: FoundText | undefined): string {
  return (text?.at ?? []).slice(0, 2).join('.')
}

function stageOf({ kind, role }: FoundText, isOfAnswer: boolean): Stage {
  if (!isOfAnswer) return role === 'tool' ? 'context' : 'input'
  if (kind === 'text') return 'output'
  return kind
}

const encoder = new TextEncoder()
const beatMs = 15_000
const comment = encoder.encode(': held for review\n\n')
const ping = encoder.encode('event: ping\ndata: {"type": "ping"}\n\n')
