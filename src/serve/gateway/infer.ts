import { createId, createTraceContext, Failure } from '../../foundation/platform/index.ts'
import type { AnswerContext, ClientDialect } from '../dialects/index.ts'
import { addressAnswer, openClientStream } from './address-call.ts'
import { answerError } from './answer-error.ts'
import { demandOf } from './demand.ts'
import type { EmbedFor } from './embed-text.ts'
import { Exchange } from './exchange.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'
import type { GatewayOptions, InternalCaller } from './gateway.ts'
import { unknownModel } from './models.ts'
import { boundOutput } from './output-bound.ts'
import { type ReadBody, readBody } from './read-body.ts'
import { relayStream } from './relay-stream.ts'
import { createKeeper, keepStream, resolveRequest } from './remember.ts'
import { routeCall } from './route-call.ts'
import { answerFromCache, keepAnswer, lookUp } from './use-cache.ts'

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
  const service = snapshot.services.get(model)
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
    record: options.record,
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
    return answerError(error, requestId, dialect.errors, options, headers)
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
  const memory = options.memories?.[dialect.operation]
  const resolved = memory ? await resolveRequest(memory, read.body, exchange) : { body: read.body }
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

  const admitted = options.admit(demand)
  const grant = admitted instanceof Promise ? await admitted : admitted
  exchange.admitted(grant)
  Object.assign(headers, grant.headers(), ...grant.limits().map(left => dialect.limitHeaders(left)))
  if (exchange.control.reason) throw exchange.control.reason

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
    isContentWanted: service.config.storeContent || lookup !== undefined,
    pin: resolved.pin?.targetName,
    enterQueue: options.enterQueue,
    onDecision: decision => metrics.routed(service.name, decision),
  })
  exchange.answering = committed.attempt
  if (lookup) exchange.onSuccess = spend => keepAnswer(lookup, committed, spend)
  const { upstream, key } = committed.attempt.target
  const answering = { ...context, target: key }
  if (committed.kind === 'stream') {
    const stream = keepStream(openClientStream(dialect, upstream, answering), keep)
    return relayStream(
      { attempt: committed.attempt, source: committed.stream, stream, exchange },
      headers,
      error => options.onBug(error, requestId),
    )
  }
  const reply = addressAnswer(dialect, committed.answer.body, upstream, answering, keep)
  exchange.succeed()
  const contentType = committed.answer.contentType ?? 'application/json'
  return new Response(reply, { headers: { ...headers, 'content-type': contentType } })
}
