import type { Registry } from 'prom-client'
import { createId, createTraceContext, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { type ClientDialect, clientDialects, type ErrorWords, openAiErrors } from '../dialects/index.ts'
import { addressAnswer, addressCall, openClientStream } from './address-call.ts'
import { Exchange } from './exchange.ts'
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts'
import type { RecordInference } from './inference-record.ts'
import { listModels, readModel, unknownModel } from './models.ts'
import { readBody } from './read-body.ts'
import { abortFailure, relayStream } from './relay-stream.ts'
import type { ServingSnapshot } from './serving-snapshot.ts'

export interface GatewayOptions {
  /** The snapshot in force now; each request keeps the one it began with. */
  readonly snapshot: () => ServingSnapshot
  /** Throws `unauthenticated`. Memory only. */
  readonly authenticate: (request: Request) => Principal
  /** Whether the key may call the service. Memory only. */
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly record: RecordInference
  readonly registry: Registry
  readonly bodyLimitBytes: number
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
}

/** Serves `/v1`: the one place through which a client reaches a model. Touches nothing but memory. */
export function createGateway(
  options: GatewayOptions,
): (request: Request, path: string) => Promise<Response> {
  const metrics = createGatewayMetrics(options.registry)
  return async (request, path) => {
    const requestId = acceptRequestId(request.headers.get('x-request-id'))
    const dialect = clientDialects[path]
    try {
      if (dialect && request.method === 'POST')
        return await infer(request, dialect, requestId, options, metrics)
      return serveModels(request, path, requestId, options)
    } catch (error) {
      if (error instanceof Failure) metrics.rejected(error.code)
      return answerError(error, requestId, dialect?.errors ?? openAiErrors, options)
    }
  }
}

async function infer(
  request: Request,
  dialect: ClientDialect,
  requestId: string,
  options: GatewayOptions,
  metrics: GatewayMetrics,
): Promise<Response> {
  const startedAt = performance.now()
  const startedAtMs = Date.now()
  const principal = options.authenticate(request)
  const { body, text, files } = await readBody(request, dialect, options.bodyLimitBytes)
  const { model, isStream } = dialect.check(body, files)
  const snapshot = options.snapshot()
  const service = snapshot.services.get(model)
  if (!service || !options.mayCall(principal, model)) throw unknownModel(model)

  const id = createId()
  const trace = createTraceContext(request.headers.get('traceparent'))
  const exchange = new Exchange({
    id,
    requestId,
    trace,
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
  const headers = { 'x-request-id': requestId, 'slipway-inference-id': id }
  try {
    const applied = dialect.applyRelease(body, service.release, service.name)
    exchange.upstreamStarts(applied)
    const context = { inferenceId: id, request: applied, model, startedAtMs }
    const answer = await service.upstream.send(
      {
        ...addressCall(dialect, applied, service.upstream),
        ...(applied === body && text !== undefined ? { original: text } : {}),
        ...(files ? { files } : {}),
        model: service.upstreamModel,
        isStream,
        traceparent: trace.traceparent,
        requestId,
        isContentWanted: service.config.storeContent,
      },
      exchange.signal,
    )
    if (answer.kind === 'stream') {
      exchange.upstreamAnswers(answer.translator.observation)
      const stream = openClientStream(dialect, service.upstream, context)
      return await relayStream(answer, stream, exchange, headers, error => options.onBug(error, requestId))
    }
    exchange.upstreamAnswers(answer.observation)
    const reply = addressAnswer(dialect, answer.body, service.upstream, context)
    exchange.succeed()
    const contentType = answer.contentType ?? 'application/json'
    return new Response(reply, { headers: { ...headers, 'content-type': contentType } })
  } catch (error) {
    const failure = exchange.signal.aborted ? abortFailure(exchange.signal, error) : error
    if (failure instanceof Failure) exchange.fail(failure)
    else exchange.breakDown()
    const response = answerError(failure, requestId, dialect.errors, options)
    response.headers.set('slipway-inference-id', id)
    return response
  }
}

function serveModels(request: Request, path: string, requestId: string, options: GatewayOptions): Response {
  const isModels = path === '/v1/models' || path.startsWith('/v1/models/')
  if (!isModels && !clientDialects[path])
    throw new Failure('not_found', `Invalid URL (${request.method} ${path})`)
  if (request.method !== 'GET' || !isModels) {
    const message = `Not allowed to ${request.method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`
    throw new Failure('method_not_allowed', message)
  }
  const principal = options.authenticate(request)
  const snapshot = options.snapshot()
  const mayCall = (service: string): boolean => options.mayCall(principal, service)
  const response =
    path === '/v1/models'
      ? listModels(snapshot, mayCall)
      : readModel(snapshot, path.slice('/v1/models/'.length), mayCall)
  response.headers.set('x-request-id', requestId)
  return response
}

function answerError(
  error: unknown,
  requestId: string,
  words: ErrorWords,
  options: GatewayOptions,
): Response {
  const headers: Record<string, string> = { 'x-request-id': requestId }
  if (!(error instanceof Failure)) {
    options.onBug(error, requestId)
    return Response.json(words.bug(requestId), { status: 500, headers })
  }
  options.onFailure(error, requestId)
  const { retryAfterSeconds } = error.details
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds)
  return Response.json(words.body(error, requestId), { status: error.status, headers })
}

/** A client's own request id is kept where it is plain; anything else is replaced. */
function acceptRequestId(given: string | null): string {
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : createId()
}
