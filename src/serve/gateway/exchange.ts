import type { ServiceConfig } from '../../foundation/config/index.ts'
import { Failure, type TraceContext } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { CachedAnswer } from '../cache/index.ts'
import type { Operation } from '../providers/index.ts'
import {
  type Attempt,
  CallControl,
  type Deadline,
  type RouteDecision,
  watchDeadline,
} from '../routing/index.ts'
import type { Assignment } from './assignment.ts'
import type { Conversation } from './conversation.ts'
import type { NoTraining } from './no-training.ts'
import type { Decisions } from './decisions.ts'
import type { ExchangeMetrics } from './gateway-metrics.ts'
import { describeInference } from './describe-inference.ts'
import type { GuardedExchange } from './guards.ts'
import type { InferenceRecord, RecordInference } from './inference-record.ts'
import { contentLater, type MaskContent } from './kept-content.ts'
import type { Grant } from './ports.ts'
import type { ServingService, ServingSnapshot } from './serving-snapshot.ts'
import { type Guess, type Spend, spendOf } from './spend.ts'

export interface ExchangeOptions {
  readonly id: string
  readonly requestId: string
  readonly trace: TraceContext
  readonly principal: Principal
  /** With the release that answers; which one that is may be found when the request has been read. */
  service: ServingService
  readonly snapshot: ServingSnapshot
  readonly operation: Operation
  readonly isStream: boolean
  /** Whether prompt and answer go into the record, and how. */
  readonly storeContent: ServiceConfig['storeContent']
  readonly startedAtMs: number
  /** `performance.now()` at the start: durations are measured from it. */
  readonly startedAt: number
  readonly record: RecordInference
  readonly maskContent: MaskContent
  readonly metrics: ExchangeMetrics
  readonly clientSignal: AbortSignal
}

export interface CachedInference {
  readonly how: 'exact' | 'semantic'
  readonly answer: CachedAnswer
  readonly savedNanoUsd: number | undefined
}

/**
 * One inference from the moment its service is known to the moment it is recorded and paid for, exactly once, however
 * it ends. Ends what is under way upstream when the client leaves or the service's time is up.
 */
export class Exchange {
  readonly options: ExchangeOptions
  readonly control = new CallControl()
  /** Everything that was sent for it, the one that answered and those that did not. */
  readonly attempts: Attempt[] = []
  /** For what no upstream told. */
  guess: Guess = { inputTokens: () => 0, outputTokens: 0 }
  /** The attempt whose answer the client gets. */
  answering: Attempt | undefined
  /** What a cache answered, where one did. */
  cached: CachedInference | undefined
  /** Told once where it ends well, with what it cost. */
  onSuccess: ((spend: Spend) => void) | undefined
  /** What it belongs to, once its body is read. */
  conversation: Conversation | undefined
  /** How its client said that nothing may be learned from it. */
  noTraining: NoTraining | undefined
  /** The policy at work on it, where one is. */
  guards: GuardedExchange | undefined
  /** Where it fell, where a rollout is under way. */
  assignment: Assignment | undefined
  /** The release that answers, where it is not the one that serves. */
  releaseName: string | undefined
  /** The client's request, as the release made it. */
  request: unknown
  admittedMs: number | undefined
  /** What is decided on its way, for the record. */
  readonly decisions: Decisions
  readonly #release: () => void
  /** What it may spend; settled with the exchange. */
  #grant: Grant | undefined
  #isSettled = false

  constructor(options: ExchangeOptions) {
    this.options = options
    const { clientSignal, service, principal } = options
    this.decisions = {
      readMs: this.elapsedMs,
      role: principal.role,
      isListed: principal.services !== undefined,
    }
    const deadline: Deadline = {
      at: options.startedAt + service.config.timeoutMs,
      expire: () => this.control.abort(timeIsUp()),
    }
    this.#release = watchDeadline(deadline)
    options.metrics.started(service.name)
    clientSignal.addEventListener('abort', this.#clientLeft)
    if (clientSignal.aborted) this.leave()
  }

  get elapsedMs(): number {
    return performance.now() - this.options.startedAt
  }

  /** It may be sent. Whoever has left while it waited for that gives it back at once. */
  admitted(grant: Grant): void {
    this.admittedMs = this.elapsedMs
    this.decisions.limits = grant.held()
    this.decisions.boundOutputTokens = grant.maxOutputTokens
    this.#grant = grant
    if (!this.#isSettled) {
      this.assignment?.begin()
      return
    }
    grant.settle({
      usage: undefined,
      costNanoUsd: undefined,
      isEstimate: false,
      target: undefined,
      model: undefined,
    })
  }

  /** What a budget denied leaves no attempt behind. */
  routed({ kind }: RouteDecision): void {
    if (kind !== 'retry_denied' && kind !== 'hedge_denied') return
    this.decisions.denied ??= []
    this.decisions.denied.push({ kind, atMs: this.elapsedMs })
  }

  /** Sets money aside for another attempt; `false` where there is none. */
  async payAgain(): Promise<boolean> {
    return this.#grant === undefined || (await this.#grant.again())
  }

  succeed(): void {
    this.answering?.succeed()
    this.#settle('ok', 200, undefined)
  }

  /** A person has to decide: nothing more is spent, and what waits is not the cache's. */
  hold(): void {
    this.onSuccess = undefined
    this.answering?.succeed()
    this.#settle('ok', 202, undefined)
  }

  /** The policy has ended its answer early; what the upstream still sends is for nobody. */
  cut(): void {
    this.onSuccess = undefined
    if (this.guards) this.guards.finishReason = 'content_filter'
    this.#settle('ok', 200, undefined)
  }

  /** Words of ours went out in place of an answer; none where it was filtered. */
  sayInstead(text: string | undefined): void {
    this.onSuccess = undefined
    this.answering?.succeed()
    if (this.guards) this.guards.said(text)
    this.#settle('ok', 200, undefined)
  }

  fail(failure: Failure): void {
    if (failure.code === 'client_closed') return this.leave()
    this.answering?.fail(failure)
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

  #settle(outcome: InferenceRecord['outcome'], status: number, failure: Failure | undefined): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#release()
    const { clientSignal, metrics, record, startedAtMs } = this.options
    // whatever an upstream still sends is for nobody
    if (outcome !== 'ok') this.control.abort(new Failure('client_closed', 'The client has left.'))
    for (const attempt of this.attempts)
      attempt.abandon(outcome === 'aborted' ? 'client_closed' : 'abandoned')
    clientSignal.removeEventListener('abort', this.#clientLeft)
    const spend = spendOf(this.attempts, startedAtMs, this.guess)
    const last = this.answering ?? this.attempts.at(-1)
    this.#grant?.settle({ ...spend, target: last?.target.name, model: last?.target.model })
    this.guards?.finish()
    if (outcome === 'ok') this.onSuccess?.(spend)
    const inference = describeInference(this, { outcome, status, failure, spend })
    this.assignment?.end(inference)
    metrics.ended(inference)
    record(inference, contentLater(this))
  }
}

function timeIsUp(): Failure {
  return new Failure('upstream_timeout', 'The model did not finish within the time that the service allows.')
}
