import { usageOf, worstUsages } from '../../foundation/config/index.ts'
import { createId, createTraceContext, Failure } from '../../foundation/platform/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import { lowerPriority, priorityHeader } from '../admission/index.ts'
import type { AnswerContext, Body, ClientDialect } from '../dialects/index.ts'
import { allTargets, callTargets, type Committed, prefixHashes } from '../routing/index.ts'
import type { UpstreamCall } from '../providers/index.ts'
import { addressAnswer, addressCall, openClientStream } from './address-call.ts'
import { answerError } from './answer-error.ts'
import { Exchange } from './exchange.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'
import type { GatewayOptions, InternalCaller } from './gateway.ts'
import { unknownModel } from './models.ts'
import { boundOutput, outputBound } from './output-bound.ts'
import type { Demand } from './ports.ts'
import { type ReadBody, readBody } from './read-body.ts'
import { relayStream } from './relay-stream.ts'

interface Inference {
  readonly request: Request
  readonly dialect: ClientDialect
  readonly requestId: string
  readonly caller: InternalCaller | undefined
  readonly options: GatewayOptions
  readonly metrics: GatewayMetrics
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
  if (!service || !options.mayCall(principal, model)) throw unknownModel(model)
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
  const { dialect, options, requestId } = inference
  const { service, startedAtMs } = exchange.options
  const released = dialect.applyRelease(read.body, service.release, service.name)
  const demand = demandOf(inference, exchange, released)
  exchange.estimateInput = demand.inputTokens

  const admitted = options.admit(demand)
  const grant = admitted instanceof Promise ? await admitted : admitted
  exchange.grant = grant
  exchange.admittedMs = exchange.elapsedMs
  Object.assign(headers, grant.headers())
  if (exchange.control.reason) throw exchange.control.reason

  const body = boundOutput(released, dialect.operation, grant.maxOutputTokens)
  exchange.request = body
  const context: AnswerContext = {
    inferenceId: exchange.options.id,
    request: body,
    model: service.name,
    startedAtMs,
  }
  const original = body === read.body ? read.text : undefined
  const committed = await route(inference, exchange, demand, body, original, read.files)
  exchange.answering = committed.attempt
  const { upstream } = committed.attempt.target
  if (committed.kind === 'stream') {
    const stream = openClientStream(dialect, upstream, context)
    return relayStream(
      { attempt: committed.attempt, source: committed.stream, stream, exchange },
      headers,
      error => options.onBug(error, requestId),
    )
  }
  const reply = addressAnswer(dialect, committed.answer.body, upstream, context)
  exchange.succeed()
  const contentType = committed.answer.contentType ?? 'application/json'
  return new Response(reply, { headers: { ...headers, 'content-type': contentType } })
}

function demandOf({ request, dialect, caller, options }: Inference, exchange: Exchange, body: Body): Demand {
  const { id, principal, service, startedAtMs } = exchange.options
  let counted: number | undefined
  const inputTokens = (): number => (counted ??= options.estimateTokens(body))
  let hashes: readonly number[] | undefined
  return {
    inferenceId: id,
    principal,
    tenant: homeTenant(principal),
    service,
    operation: dialect.operation,
    priority: caller?.priority ?? lowerPriority(service.config.priority, request.headers.get(priorityHeader)),
    inputTokens,
    maxOutputTokens: outputBound(body),
    prefixHashes: () => (hashes ??= prefixHashes(promptText(body))),
    worstCaseNanoUsd: maxOutputTokens => {
      // whatever costs most may happen: every retry and fallback is another call
      const serviceTier = typeof body['service_tier'] === 'string' ? body['service_tier'] : undefined
      const usages = worstUsages(inputTokens(), maxOutputTokens)
      const costs = allTargets(service.plan).flatMap(target =>
        usages.map(usage => target.cost(usage, startedAtMs, { serviceTier })),
      )
      return costs.includes(undefined) ? undefined : Math.max(...costs.map(cost => cost ?? 0))
    },
  }
}

async function route(
  { request, dialect, options, metrics, requestId }: Inference,
  exchange: Exchange,
  demand: Demand,
  body: Body,
  original: string | undefined,
  files: ReadBody['files'],
): Promise<Committed> {
  const { service, isStream, trace, startedAt, principal } = exchange.options
  const forwarded = forwardedHeaders(request, dialect)
  return await callTargets({
    plan: service.plan,
    attempts: exchange.attempts,
    onDecision: decision => metrics.routed(service.name, decision),
    choice: {
      stickyKey: principal.keyId,
      prefixHashes: demand.prefixHashes,
      expected: () =>
        usageOf({ inputTokens: demand.inputTokens(), outputTokens: demand.maxOutputTokens ?? 0 }),
      pin: undefined,
    },
    call: {
      isStream,
      control: exchange.control,
      startedAt,
      address: target => ({
        ...addressCall(dialect, body, original, target.upstream),
        ...(forwarded && { headers: forwarded }),
        ...(files && { files }),
        model: target.model,
        isStream,
        traceparent: trace.traceparent,
        requestId,
        isContentWanted: service.config.storeContent,
      }),
      enter: (target, signal) => options.enterQueue(target, demand, signal),
    },
  })
}

/** What the client said in headers that belong to its dialect. */
function forwardedHeaders(request: Request, dialect: ClientDialect): UpstreamCall['headers'] {
  if (!dialect.forwardedHeaders) return undefined
  const headers: Record<string, string> = {}
  for (const name of dialect.forwardedHeaders) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}

/** What a provider's prompt cache goes by: everything in its order, up to where prompts part. */
function promptText(body: Body): string {
  const prompt = [
    body['system'],
    body['instructions'],
    body['tools'],
    body['messages'] ?? body['input'] ?? body['prompt'],
  ]
  return JSON.stringify(prompt)
}
