import type { Usage } from '../../foundation/config/index.ts'
import type { Failure, TraceContext } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import type { Observation, Operation } from '../providers/index.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'
import type { InferenceRecord, RecordInference } from './inference-record.ts'
import type { ServingService, ServingSnapshot } from './serving-snapshot.ts'

export interface ExchangeOptions {
  readonly id: string
  readonly requestId: string
  readonly trace: TraceContext
  readonly principal: Principal
  readonly service: ServingService
  readonly snapshot: ServingSnapshot
  readonly operation: Operation
  readonly isStream: boolean
  readonly startedAtMs: number
  /** `performance.now()` at the start: durations are measured from it. */
  readonly startedAt: number
  readonly record: RecordInference
  readonly metrics: GatewayMetrics
  readonly clientSignal: AbortSignal
}

/**
 * One inference from the moment its service is known to the moment it is recorded, exactly once, however it
 * ends. Owns the abort signal of the upstream call: it fires when the client leaves or the service's time is up.
 */
export class Exchange {
  readonly options: ExchangeOptions
  readonly #abort = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>
  #isSettled = false
  #upstreamStartMs: number | undefined
  #upstreamHeadersMs: number | undefined
  #observation: Observation | undefined
  #request: unknown

  constructor(options: ExchangeOptions) {
    this.options = options
    const { clientSignal, service } = options
    if (clientSignal.aborted) this.#abort.abort(clientSignal.reason)
    clientSignal.addEventListener('abort', this.#clientLeft)
    this.#timer = setTimeout(
      () => this.#abort.abort(new DOMException('', 'TimeoutError')),
      service.config.timeoutMs,
    )
    options.metrics.started(service.name)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  upstreamStarts(request: unknown): void {
    this.#upstreamStartMs = this.#elapsed()
    this.#request = request
  }

  upstreamAnswers(observation: Observation): void {
    this.#upstreamHeadersMs = this.#elapsed()
    this.#observation = observation
  }

  succeed(): void {
    this.#settle('ok', 200, undefined)
  }

  fail(failure: Failure): void {
    if (failure.code === 'client_closed') return this.leave()
    this.#settle('error', failure.status, failure)
  }

  /** A bug of ours ended it. */
  breakDown(): void {
    this.#settle('error', 500, undefined)
  }

  /** The client is gone. */
  leave(): void {
    this.#settle('aborted', 499, undefined)
  }

  readonly #clientLeft = (): void => this.leave()

  #elapsed(): number {
    return performance.now() - this.options.startedAt
  }

  #settle(outcome: InferenceRecord['outcome'], status: number, failure: Failure | undefined): void {
    if (this.#isSettled) return
    this.#isSettled = true
    clearTimeout(this.#timer)
    // whatever the upstream still sends is for nobody
    if (outcome !== 'ok') this.#abort.abort(new DOMException('', 'AbortError'))
    this.options.clientSignal.removeEventListener('abort', this.#clientLeft)
    const { service, metrics, record } = this.options
    const usage = this.#observation?.usage
    const costNanoUsd = usage && service.cost(usage, this.options.startedAtMs)
    const inference = this.#toRecord(outcome, status, failure, usage, costNanoUsd)
    metrics.ended(inference)
    record(inference)
  }

  #toRecord(
    outcome: InferenceRecord['outcome'],
    status: number,
    failure: Failure | undefined,
    usage: Usage | undefined,
    costNanoUsd: number | undefined,
  ): InferenceRecord {
    const { options } = this
    const observation = this.#observation
    const firstTokenAt = observation?.firstTokenAt
    return {
      id: options.id,
      requestId: options.requestId,
      traceId: options.trace.traceId,
      spanId: options.trace.spanId,
      parentSpanId: options.trace.parentSpanId,
      tenant: homeTenant(options.principal),
      keyId: options.principal.keyId,
      service: options.service.name,
      release: options.service.releaseName,
      target: options.service.targetName,
      upstreamModel: observation?.upstreamModel ?? options.service.upstreamModel,
      operation: options.operation,
      isStream: options.isStream,
      outcome,
      status,
      failureCode: failure?.code ?? (status === 500 ? 'internal_error' : undefined),
      failureMessage: failure?.message,
      finishReason: observation?.finishReason,
      usage,
      costNanoUsd,
      startedAtMs: options.startedAtMs,
      latencyMs: this.#elapsed(),
      timeToFirstTokenMs: firstTokenAt === undefined ? undefined : firstTokenAt - options.startedAt,
      upstreamStartMs: this.#upstreamStartMs,
      upstreamHeadersMs: this.#upstreamHeadersMs,
      snapshotHash: options.snapshot.hash,
      content: options.service.config.storeContent
        ? { request: this.#request, response: observation?.content }
        : undefined,
    }
  }
}
