import { createId, createTraceContext, Failure } from '../../foundation/platform/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import type { AnswerContext, Body, ClientDialect, ResolvedRequest } from '../dialects/index.ts'
import type { StepWatch, TrafficFollower } from '../traffic/index.ts'
import { addressAnswer, openClientStream } from './address-call.ts'
import { answerError } from './answer-error.ts'
import { noTrainingOf } from './no-training.ts'
import { chooseRelease, releasesInPlay, withLive } from './choose-release.ts'
import { copiedTo, type Copies, copyGrant } from './copies.ts'
import { conversationOf } from './conversation.ts'
import { demandOf } from './demand.ts'
import type { EmbedFor } from './embed-text.ts'
import { Exchange } from './exchange.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'
import type { GatewayOptions, InternalCaller } from './gateway.ts'
import { answerGuarded } from './guarded-call.ts'
import { pinPolicy } from './guards.ts'
import type { RecordInference } from './inference-record.ts'
import { unknownModel } from './models.ts'
import { boundOutput } from './output-bound.ts'
import { type ReadBody, readBody } from './read-body.ts'
import { relayStream } from './relay-stream.ts'
import { createKeeper, keepStream, resolveRequest } from './remember.ts'
import { routeCall } from './route-call.ts'
import { releaseHeader, sendOrSendBack } from './send-back.ts'
import { type ServingRelease, withRelease } from './serving-snapshot.ts'
import { answerFromCache, keepAnswer, lookUp, toCachedAnswer } from './use-cache.ts'

interface Inference {
  readonly request: Request
  readonly path: string
  readonly dialect: ClientDialect
  readonly requestId: string
  readonly caller: InternalCaller | undefined
  readonly options: GatewayOptions
  readonly metrics: GatewayMetrics
  readonly embed: EmbedFor
  readonly traffic: TrafficFollower
  readonly copies: Copies
}

/** One call to a model, from its bytes to its answer. Throws only before its service is known. */
export async function infer(inference: Inference): Promise<Response> {
  const { request, dialect, requestId, caller, options, metrics } = inference
  const startedAt = performance.now()
  const startedAtMs = Date.now()
  const principal = caller?.principal ?? options.authenticate(request)
  const read = await readBody(request, dialect, options.bodyLimitBytes)
  const { model, isStream } = dialect.check(read.body, read.files)
  const snapshot = options.snapshot()
  const serving = snapshot.services.get(model)
  const isPinned = caller?.release !== undefined
  const traffic = isPinned ? undefined : inference.traffic.of(model)
  const service = serving && (isPinned ? withRelease(serving, caller.release) : withLive(serving, traffic))
  const copy = caller?.copy
  const mayCall = caller?.isOurs === true || copy !== undefined || options.mayCall(principal, model)
  if (!service || !mayCall) throw unknownModel(model)
  const id = createId()
  const exchange = new Exchange({
    id,
    requestId,
    trace: createTraceContext(request.headers.get('traceparent')),
    principal,
    service,
    snapshot,
    operation: dialect.operation,
    isStream,
    startedAtMs,
    startedAt,
    metrics: copy ? metrics.copies : metrics,
    record: recordFor(options.record, caller),
    maskContent: options.maskContent,
    storeContent: caller?.isOurs !== true && service.config.storeContent,
    clientSignal: request.signal,
  })
  const headers: Record<string, string> = {
    'x-request-id': requestId,
    'slipway-inference-id': id,
    ...(dialect.requestIdHeader && { [dialect.requestIdHeader]: requestId }),
  }
  try {
    // what we ask ourselves is no trial of anybody's
    const watch = traffic && caller?.isOurs !== true ? inference.traffic.watch(traffic) : undefined
    return await serve(inference, exchange, read, headers, watch)
  } catch (thrown) {
    const error: unknown = exchange.control.reason ?? thrown
    if (error instanceof Failure) exchange.fail(error)
    else exchange.breakDown()
    return answerError(error, requestId, dialect.errors, options, headers, exchange.request)
  }
}

function recordFor(record: RecordInference, caller: InternalCaller | undefined): RecordInference {
  const { onRecord } = caller ?? {}
  if (!onRecord) return record
  return (inference, content) => {
    record(inference, content)
    onRecord(inference)
  }
}

async function serve(
  inference: Inference,
  exchange: Exchange,
  read: ReadBody,
  headers: Record<string, string>,
  watch: StepWatch | undefined,
): Promise<Response> {
  const { request, dialect, options, requestId, caller } = inference
  exchange.request = read.body
  exchange.noTraining = caller?.copy ? caller.copy.noTraining : noTrainingOf(request.headers, read.body)
  const copy = caller?.copy
  // it is whole already, and its answer is nobody's to go on from
  const memory = copy ? undefined : options.memories?.[dialect.operation]
  const resolved: ResolvedRequest = memory
    ? await resolveRequest(memory, read.body, exchange, releasesInPlay(exchange.options.service, watch))
    : { body: read.body }
  if (!copy)
    exchange.conversation = conversationOf({
      operation: dialect.operation,
      headers: request.headers,
      body: resolved.body,
      tenant: homeTenant(exchange.options.principal),
      keyId: exchange.options.principal.keyId,
      service: exchange.options.service.name,
      previous: resolved.conversationId,
    })
  if (copy) exchange.assignment = copiedTo(copy, exchange.options.service.releaseName)
  else if (watch) chooseRelease(exchange, watch, { body: resolved.body, pin: resolved.pin })
  const { service, startedAtMs } = exchange.options
  headers[releaseHeader] = service.releaseName
  const released = dialect.applyRelease(resolved.body, service.release, service.name)
  const demand = demandOf(exchange, released, {
    headers: request.headers,
    caller,
    estimateTokens: options.estimateTokens,
  })
  exchange.guess = {
    inputTokens: demand.inputTokens,
    outputTokens: demand.maxOutputTokens ?? service.config.maxOutputTokens,
  }

  exchange.decisions.priority = demand.priority
  exchange.decisions.askedMs = exchange.elapsedMs
  const admitted = copy ? copyGrant(copy) : options.admit(demand)
  const grant = admitted instanceof Promise ? await admitted : admitted
  exchange.admitted(grant)
  Object.assign(headers, grant.headers(), ...grant.limits().map(left => dialect.limitHeaders(left)))
  if (exchange.control.reason) throw exchange.control.reason

  exchange.guards = pinPolicy(exchange, caller, options)
  if (exchange.guards) {
    const { guards } = exchange
    return await answerGuarded({
      ...inference,
      // nobody has to decide on what nobody gets
      options: copy ? { ...options, reviews: undefined } : options,
      exchange,
      guards,
      read,
      resolved,
      demand,
      grant,
      memory,
      headers,
    })
  }

  const bodyOf = (release: ServingRelease): Body => {
    const wanted =
      release === service ? released : dialect.applyRelease(resolved.body, release.release, service.name)
    return boundOutput(wanted, dialect.operation, grant.maxOutputTokens)
  }
  const contextOf = (request: Body): AnswerContext => ({
    inferenceId: exchange.options.id,
    request,
    asked: resolved.body,
    model: service.name,
    startedAtMs,
  })
  exchange.request = bodyOf(service)
  const keep = createKeeper(memory, resolved.body, exchange)
  const asked = copy ? undefined : lookUp(options.cache, exchange, dialect, request.headers, inference.embed)
  const lookup = asked instanceof Promise ? await asked : asked
  if (lookup?.kind === 'hit') {
    return answerFromCache(lookup, exchange, dialect, contextOf(exchange.request as Body), headers, keep)
  }
  if (lookup) headers['slipway-cache'] = 'miss'

  const { committed, context } = await sendOrSendBack(
    exchange,
    service,
    headers,
    resolved.pin?.targetKey,
    async release => {
      const body = bodyOf(release)
      exchange.request = body
      const sent = await routeCall({
        exchange,
        dialect,
        demand,
        body,
        original: body === read.body ? read.text : undefined,
        files: read.files,
        headers: request.headers,
        isContentWanted:
          exchange.options.storeContent !== false || lookup !== undefined || caller?.review !== undefined,
        pin: resolved.pin?.targetKey,
        plan: release.plan,
        enterQueue: options.enterQueue,
        onDecision: decision => {
          exchange.routed(decision)
          exchange.options.metrics.routed(service.name, decision)
        },
      })
      return { committed: sent, context: contextOf(body) }
    },
  )
  exchange.answering = committed.attempt
  if (exchange.assignment)
    inference.copies.offer({
      exchange,
      path: inference.path,
      request,
      forwardedHeaders: dialect.forwardedHeaders,
      read,
      body: resolved.body,
      isPinned: resolved.pin !== undefined,
    })
  caller?.review?.told(toCachedAnswer(committed))
  // what another release has answered is not for those who ask this one
  if (lookup && exchange.releaseName === undefined)
    exchange.onSuccess = spend => keepAnswer(exchange, lookup, committed, spend)
  const { upstream, key } = committed.attempt.target
  const answering = { ...context, target: key }
  if (committed.kind === 'stream') {
    const stream = keepStream(openClientStream(dialect, upstream, answering), keep)
    return relayStream(
      { attempt: committed.attempt, source: committed.stream, stream, exchange },
      headers,
      error => options.onBug(error, requestId, exchange.request),
    )
  }
  const reply = addressAnswer(dialect, committed.answer.body, upstream, answering, keep)
  exchange.succeed()
  const contentType = committed.answer.contentType ?? 'application/json'
  return new Response(reply, { headers: { ...headers, 'content-type': contentType } })
}
