import { usageOf } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { AnswerContext, AnswerMemory, Body, ClientDialect, ResolvedRequest } from '../dialects/index.ts'
import {
  type Act,
  answerForm,
  closed,
  guardAnswer,
  GuardedStream,
  guardRequest,
  marksIn,
  requestTexts,
  withInstruction,
} from '../guardrails/index.ts'
import type { Committed } from '../routing/index.ts'
import { addressAnswer, openClientStream } from './address-call.ts'
import type { EmbedFor } from './embed-text.ts'
import type { Exchange } from './exchange.ts'
import type { GatewayOptions, InternalCaller } from './gateway.ts'
import type { GuardedExchange } from './guards.ts'
import {
  type Escalation,
  type Holding,
  heldComment,
  holdForReview,
  restOfHeldStream,
  submitHeld,
  wantsAsync,
} from './hold-for-review.ts'
import type { Copies } from './copies.ts'
import { boundOutput } from './output-bound.ts'
import type { Demand, Grant } from './ports.ts'
import type { ReadBody } from './read-body.ts'
import { type GuardedSource, relayGuarded, relayGuardedLater } from './relay-guarded.ts'
import { relayStream } from './relay-stream.ts'
import { createKeeper, keepStream } from './remember.ts'
import { routeCall } from './route-call.ts'
import { releaseHeader, sendOrSendBack } from './send-back.ts'
import { canSay, sayInstead } from './say-instead.ts'
import type { ServingRelease } from './serving-snapshot.ts'
import { answerFromCache, keepAnswer, lookUp, toCachedAnswer } from './use-cache.ts'
import type { HeldAnswer } from './write-held.ts'

/** A request that limits have let through, with the policy that holds for it. */
export interface GuardedCall {
  readonly exchange: Exchange
  readonly guards: GuardedExchange
  readonly dialect: ClientDialect
  readonly options: GatewayOptions
  readonly copies: Copies
  readonly path: string
  readonly embed: EmbedFor
  readonly request: Request
  readonly requestId: string
  readonly caller: InternalCaller | undefined
  readonly read: ReadBody
  readonly resolved: ResolvedRequest
  readonly demand: Demand
  readonly grant: Grant
  readonly memory: AnswerMemory | undefined
  readonly headers: Record<string, string>
}

/** How it is asked for: as the client wrote it, or once more because of what was found. */
interface Asking {
  /** The client's request, masked. */
  readonly body: Body
  readonly release: ServingRelease
  readonly instruction?: string | undefined
  /** How often each guard has had it asked again. */
  readonly again: ReadonlyMap<string, number>
}

/** Answers a request under its policy: what goes in is looked at before it is sent, kept or counted, what comes out before it leaves. */
export async function answerGuarded(call: GuardedCall): Promise<Response> {
  const { exchange, guards, dialect, resolved } = call
  const { service } = exchange.options
  const { guarding } = guards
  const found = requestTexts(dialect.operation, resolved.body)
  const opening = openPlaceholders(call, found.texts)
  if (opening) await opening
  const looked = guardRequest(guarding, dialect.operation, resolved.body, found)
  const passed = looked instanceof Promise ? await looked : looked
  if (exchange.control.reason) throw exchange.control.reason
  if (passed.kind === 'closed') throw closed(passed.guard)
  if (passed.kind === 'blocked') throw blocked(passed.guard)
  const asks = { body: passed.body, release: service, again: new Map<string, number>() }
  rememberAsked(call, asks.body)
  if (passed.kind === 'go') return await ask(call, asks)
  // people have said that it may go on
  const isApproved = passed.action.action === 'escalate' && call.caller?.review !== undefined
  if (isApproved) guarding.forgetFired()
  if (isApproved) return await ask(call, asks)
  if (passed.action.action === 'escalate') return await giveToPeople(call, asks, undefined)
  const next = await actOn(call, passed.action, asks)
  if (next.kind === 'ask') return await ask(call, next.asking)
  return say(call, next.text, asks)
}

/** What the client wrote just now, and what it goes on from: only that was masked before. */
function openPlaceholders(
  { guards, dialect, read, resolved }: GuardedCall,
  texts: readonly { readonly text: string }[],
): void | Promise<void> {
  const all = texts.map(({ text }) => text)
  if (resolved.body === read.body) return guards.openPlaceholders(all, [])
  const own = requestTexts(dialect.operation, read.body).texts.map(({ text }) => text)
  return guards.openPlaceholders(
    own,
    all.filter(text => !own.includes(text)),
  )
}

/** For checks that look at the request when the answer is out. */
function rememberAsked({ guards, dialect }: GuardedCall, body: Body): void {
  const { policy } = guards.guarding
  const isAnyLate = (['input', 'context', 'tool_call', 'reasoning'] as const).some(stage =>
    policy.watchers(stage).some(({ cost }) => cost !== 'deterministic'),
  )
  if (isAnyLate) guards.asked = requestTexts(dialect.operation, body).texts
}

type Next =
  | { readonly kind: 'ask'; readonly asking: Asking }
  /** Words of ours; none where there is nothing to say. */
  | { readonly kind: 'say'; readonly text: string | undefined }

/** What follows from what was found: the same asked again in another way, or words of ours in place of an answer. */
async function actOn(call: GuardedCall, { action, guard }: Act, asking: Asking): Promise<Next> {
  const { exchange, guards } = call
  guards.guarding.forgetFired()
  // what would follow is known; to do it would be another call
  if (call.caller?.copy) return { kind: 'say', text: undefined }
  if (action === 'replace') return { kind: 'say', text: guard.message }
  const made = asking.again.get(guard.name) ?? 0
  const allowed = action === 'retry-with-instruction' ? guard.attempts : 1
  const again = new Map(asking.again).set(guard.name, made + 1)
  if (action === 'escalate' || made >= allowed) return { kind: 'say', text: undefined }
  const wasSent = exchange.attempts.some(({ mayHaveCost }) => mayHaveCost)
  if (wasSent && !(await exchange.payAgain())) return { kind: 'say', text: undefined }
  if (action === 'retry-with-instruction') {
    return { kind: 'ask', asking: { ...asking, instruction: guard.instruction, again } }
  }
  const release =
    guard.release === undefined ? undefined : exchange.options.service.releases.get(guard.release)
  // the release that has just answered so is no other way
  if (!release || release.releaseName === asking.release.releaseName)
    return { kind: 'say', text: guard.message }
  exchange.releaseName = call.headers[releaseHeader] = release.releaseName
  return { kind: 'ask', asking: { ...asking, release, again } }
}

async function ask(call: GuardedCall, asking: Asking): Promise<Response> {
  const { exchange, guards, dialect, options, request, headers, memory, resolved, requestId } = call
  const looking = contextOf(call, asking)
  const keep = createKeeper(memory, asking.body, exchange)
  const isFirst = asking.again.size === 0
  // what was masked is somebody's own, and not for the next who asks
  const isShared = isFirst && asking.body === resolved.body && !call.caller?.copy
  const sought = isShared
    ? lookUp(options.cache, exchange, dialect, request.headers, call.embed, guards.guarding.policy.hash)
    : undefined
  const lookup = sought instanceof Promise ? await sought : sought
  if (lookup?.kind === 'hit') return answerFromCache(lookup, exchange, dialect, looking, headers, keep)
  if (lookup) headers['slipway-cache'] = 'miss'
  const { committed, context, asked } = await sendOrSendBack(
    exchange,
    asking.release,
    headers,
    resolved.pin?.targetKey,
    async release => {
      const isSame = release === asking.release
      const asked = isSame ? asking : { ...asking, release }
      const context = isSame ? looking : contextOf(call, asked)
      return { committed: await send(call, asked, context, lookup !== undefined), context, asked }
    },
  )
  if (isFirst && exchange.assignment)
    call.copies.offer({
      exchange,
      path: call.path,
      request,
      forwardedHeaders: dialect.forwardedHeaders,
      read: call.read,
      body: asking.body,
      isPinned: resolved.pin !== undefined,
    })
  // what another release has answered is not for those who ask this one
  if (lookup && asked === asking)
    exchange.onSuccess = spend =>
      keepAnswer(exchange, lookup, committed, spend, content => guards.kept(content))
  if (committed.kind === 'stream') {
    const first = sourceOf(call, committed, context)
    if (first === undefined) return relayUnguarded(call, committed, context, keep)
    let current = asked
    const wantsLater = guards.guarding.policy.escalates && prefersAsync(call)
    return await (wantsLater ? relayGuardedLater : relayGuarded)({
      exchange,
      guards,
      first,
      headers,
      keep,
      onBug: error => options.onBug(error, requestId, exchange.request),
      act: async (act, tell) => {
        exchange.answering?.dismiss()
        if (act.action === 'escalate' && options.reviews) {
          if (wantsLater)
            return { kind: 'respond', response: await giveToPeople(call, current, answerOf(call)) }
          return { kind: 'say', bytes: await restOfReview(call, current, tell) }
        }
        const next = await actOn(call, act, current)
        if (next.kind === 'say') return { kind: 'say', bytes: wordsOf(call, next.text, current) }
        current = next.asking
        const again = contextOf(call, current)
        const other = await send(call, current, again, false)
        const source = other.kind === 'stream' ? sourceOf(call, other, again) : undefined
        if (!source) throw new Failure('upstream_error', 'The model did not answer with a stream.')
        return { kind: 'source', source }
      },
    })
  }
  return await reply(call, asked, committed, context, keep)
}

function contextOf({ exchange, guards, dialect, grant }: GuardedCall, asking: Asking): AnswerContext {
  const { service, startedAtMs, id } = exchange.options
  const released = dialect.applyRelease(asking.body, asking.release.release, service.name)
  const bounded = boundOutput(released, dialect.operation, grant.maxOutputTokens)
  const body =
    asking.instruction === undefined
      ? bounded
      : withInstruction(dialect.operation, bounded, asking.instruction)
  exchange.request = body
  guards.hasPassed = true
  return { inferenceId: id, request: body, asked: asking.body, model: service.name, startedAtMs }
}

async function send(
  call: GuardedCall,
  asking: Asking,
  context: AnswerContext,
  isLookedUp: boolean,
): Promise<Committed> {
  const { exchange, guards, dialect, options, read, request, demand, resolved, caller } = call
  const { service } = exchange.options
  const { policy } = guards.guarding
  const { release } = asking
  const body = context.request
  const committed = await routeCall({
    exchange,
    dialect,
    demand,
    body,
    original: body === read.body ? read.text : undefined,
    files: read.files,
    headers: request.headers,
    isContentWanted:
      exchange.options.storeContent !== false ||
      isLookedUp ||
      policy.watchesAnswers ||
      policy.escalates ||
      caller?.review !== undefined,
    pin: release === service ? resolved.pin?.targetKey : undefined,
    plan: release.plan,
    enterQueue: options.enterQueue,
    onDecision: decision => {
      exchange.routed(decision)
      exchange.options.metrics.routed(service.name, decision)
    },
  })
  exchange.answering = committed.attempt
  return committed
}

/** Whether what comes out has to go through the policy before it leaves. */
function isGated({ guards }: GuardedCall): boolean {
  return guards.guarding.policy.gatesAnswers || guards.guarding.returning() !== undefined
}

/** A stream on its way through the policy; `undefined` where nothing of it has to: sound, or no gates. */
function sourceOf(
  call: GuardedCall,
  committed: Extract<Committed, { kind: 'stream' }>,
  context: AnswerContext,
): GuardedSource | undefined {
  const { dialect, guards } = call
  if (!isGated(call) || committed.stream.contentType !== undefined) return undefined
  const { upstream, key } = committed.attempt.target
  const stream = openClientStream(dialect, upstream, { ...context, target: key })
  const form = answerForm(dialect.operation, context.request)
  return {
    attempt: committed.attempt,
    source: committed.stream,
    stream: new GuardedStream(stream, form, guards.guarding),
  }
}

function relayUnguarded(
  call: GuardedCall,
  committed: Extract<Committed, { kind: 'stream' }>,
  context: AnswerContext,
  keep: ((answer: Body) => void) | undefined,
): Response {
  const { exchange, dialect, headers, options, requestId } = call
  const { upstream, key } = committed.attempt.target
  const stream = keepStream(openClientStream(dialect, upstream, { ...context, target: key }), keep)
  return relayStream(
    { attempt: committed.attempt, source: committed.stream, stream, exchange },
    headers,
    error => options.onBug(error, requestId, exchange.request),
  )
}

async function reply(
  call: GuardedCall,
  asking: Asking,
  committed: Extract<Committed, { kind: 'reply' }>,
  context: AnswerContext,
  keep: ((answer: Body) => void) | undefined,
): Promise<Response> {
  const { exchange, guards, dialect, headers } = call
  const { upstream, key } = committed.attempt.target
  const { contentType = 'application/json' } = committed.answer
  const gated = isGated(call) && /json/.test(contentType)
  let kept: Body | undefined
  const answer = addressAnswer(
    dialect,
    committed.answer.body,
    upstream,
    { ...context, target: key },
    translated => (kept = translated),
  )
  const done = (body: typeof answer): Response =>
    new Response(body, { headers: { ...headers, 'content-type': contentType } })
  if (!gated) {
    if (kept) keep?.(kept)
    call.caller?.review?.told(toCachedAnswer(committed))
    exchange.succeed()
    return done(answer)
  }
  const json = JSON.parse(typeof answer === 'string' ? answer : decoder.decode(answer)) as Body
  const guarded = await guardAnswer(guards.guarding, dialect.operation, json)
  if (exchange.control.reason) throw exchange.control.reason
  if (guarded.kind === 'act') {
    guards.texts = guarded.texts
    exchange.onSuccess = undefined
    committed.attempt.succeed()
    if (guarded.act.action === 'escalate') return await giveToPeople(call, asking, answerOf(call))
    const next = await actOn(call, guarded.act, asking)
    return next.kind === 'ask' ? await ask(call, next.asking) : say(call, next.text, asking)
  }
  guards.texts = guarded.texts
  if (kept) keep?.(guarded.kept)
  call.caller?.review?.told(
    guarded.cutBy === undefined ? answerOf(call) : { ...answerOf(call), finishReason: 'content_filter' },
  )
  if (guarded.cutBy === undefined) exchange.succeed()
  else exchange.cut()
  return done(guarded.sent === json ? answer : JSON.stringify(guarded.sent))
}

/** The answer as it would go out, in the form in which it can be said in any dialect. */
function answerOf({ exchange, guards }: GuardedCall): Extract<HeldAnswer, { kind: 'message' }> {
  const observation = exchange.answering?.observation
  return {
    kind: 'message',
    content: guards.kept(observation?.content),
    finishReason: observation?.finishReason ?? 'stop',
    usage: observation?.usage ?? usageOf({}),
    model: observation?.upstreamModel ?? exchange.options.service.name,
  }
}

/** Lets people decide on the request, or on the answer. Nobody decides where there is no desk: it is filtered then. */
async function giveToPeople(
  call: GuardedCall,
  asking: Asking,
  answer: HeldAnswer | undefined,
): Promise<Response> {
  const { options } = call
  if (!options.reviews) return say(call, undefined, asking)
  return await holdForReview(escalationOf(call, answer), holdingOf(call, asking, options.reviews))
}

/** What a stream whose answer waits for people goes on with, when they have decided. */
async function restOfReview(
  call: GuardedCall,
  asking: Asking,
  tell: (bytes: Uint8Array) => void,
): Promise<Uint8Array> {
  const { options, request } = call
  if (!options.reviews) return wordsOf(call, undefined, asking)
  const holding = holdingOf(call, asking, options.reviews)
  const held = await submitHeld(escalationOf(call, answerOf(call)), holding)
  tell(heldComment(held))
  return await restOfHeldStream(held, holding, request.signal)
}

/** Whether the client would rather ask again than wait. */
function prefersAsync({ request, options, guards, caller }: GuardedCall): boolean {
  const { reviews } = options
  return (
    reviews !== undefined &&
    wantsAsync(request.headers, reviews.settings(), guards.guarding.policy.review, caller !== undefined)
  )
}

function holdingOf(
  call: GuardedCall,
  asking: Asking,
  reviews: NonNullable<GatewayOptions['reviews']>,
): Holding {
  const { exchange, dialect, caller, request, headers, memory } = call
  return {
    ...reviews,
    exchange,
    dialect,
    context: contextOf(call, asking),
    caller,
    request,
    headers,
    keep: createKeeper(memory, asking.body, exchange),
  }
}

function escalationOf({ guards }: GuardedCall, answer: HeldAnswer | undefined): Escalation {
  const { guarding } = guards
  const { name, hash, review } = guarding.policy
  return {
    policy: { name, hash },
    terms: review,
    verdicts: guarding.verdicts().filter(({ outcome }) => outcome !== 'pass'),
    marksIn: (text, stage) => marksIn(guarding, text, stage),
    ...(answer && { answer }),
  }
}

/** Ends the inference with words of ours, or with none, which says that the answer was filtered. */
function say(call: GuardedCall, text: string | undefined, asking: Asking): Response {
  const { exchange, dialect, headers } = call
  if (!canSay(dialect)) throw blocked(call.guards.guarding.policy.name)
  const said = sayInstead(text, dialect, contextOf(call, asking), exchange.options.isStream)
  exchange.sayInstead(text)
  return new Response(said.body, { headers: { ...headers, ...said.headers } })
}

function wordsOf(call: GuardedCall, text: string | undefined, asking: Asking): Uint8Array {
  const { body } = sayInstead(text, call.dialect, contextOf(call, asking), true)
  call.exchange.sayInstead(text)
  return typeof body === 'string' ? encoder.encode(body) : body
}

function blocked(guard: string): Failure {
  const message = `The policy of this service does not let this through: its check ${guard} found something in it.`
  return new Failure('content_blocked', message)
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()
