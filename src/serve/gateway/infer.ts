import { createId, createTraceContext, Failure } from '../../foundation/platform/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import type { AnswerContext, ClientDialect, ResolvedRequest } from '../dialects/index.ts'
import { addressAnswer, openClientStream } from './address-call.ts'
import { answerError } from './answer-error.ts'
import { noTrainingOf } from './no-training.ts'
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
import { withRelease } from './serving-snapshot.ts'
import { answerFromCache, keepAnswer, lookUp, toCachedAnswer } from './use-cache.ts'

interface Inference {
  readonly request: Request
  readonly dialect: ClientDialect
  readonly requestId: string
  readonly caller: InternalCaller | undefined
  readonly options: GatewayOptions
  readonly metrics: GatewayMetrics
  readonly embed: EmbedFor
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
  const service = serving && withRelease(serving, caller?.release)
  const mayCall = caller?.isOurs === true || options.mayCall(principal, model)
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
    metrics,
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
    return await serve(inference, exchange, read, headers)
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
): Promise<Response> {
  const { request, dialect, options, requestId, caller, metrics } = inference
  const { service, startedAtMs } = exchange.options
  exchange.request = read.body
  exchange.noTraining = noTrainingOf(request.headers, read.body)
  const memory = options.memories?.[dialect.operation]
  const resolved: ResolvedRequest = memory
    ? await resolveRequest(memory, read.body, exchange)
    : { body: read.body }
  exchange.conversation = conversationOf({
    operation: dialect.operation,
    headers: request.headers,
    body: resolved.body,
    tenant: homeTenant(exchange.options.principal),
    keyId: exchange.options.principal.keyId,
    service: service.name,
    previous: resolved.conversationId,
  })
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
  const admitted = options.admit(demand)
  const grant = admitted instanceof Promise ? await admitted : admitted
  exchange.admitted(grant)
  Object.assign(headers, grant.headers(), ...grant.limits().map(left => dialect.limitHeaders(left)))
  if (exchange.control.reason) throw exchange.control.reason

  exchange.guards = pinPolicy(exchange, caller, options)
  if (exchange.guards) {
    const { guards } = exchange
    return await answerGuarded({
      ...inference,
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

  const body = boundOutput(released, dialect.operation, grant.maxOutputTokens)
  exchange.request = body
  const context: AnswerContext = {
    inferenceId: exchange.options.id,
    request: body,
    asked: resolved.body,
    model: service.name,
    startedAtMs,
  }
  const keep = createKeeper(memory, resolved.body, exchange)
  const asked = lookUp(options.cache, exchange, dialect, request.headers, inference.embed)
  const lookup = asked instanceof Promise ? await asked : asked
  if (lookup?.kind === 'hit') {
    return answerFromCache(lookup, exchange, dialect, context, headers, keep)
  }
  if (lookup) headers['slipway-cache'] = 'miss'

  const committed = await routeCall({
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
    enterQueue: options.enterQueue,
    onDecision: decision => {
      exchange.routed(decision)
      metrics.routed(service.name, decision)
    },
  })
  exchange.answering = committed.attempt
  caller?.review?.told(toCachedAnswer(committed))
  if (lookup) exchange.onSuccess = spend => keepAnswer(exchange, lookup, committed, spend)
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
