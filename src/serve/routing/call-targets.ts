import type { FailureCause } from '../../foundation/config/index.ts'
import { Failure, retryWaitMs } from '../../foundation/platform/index.ts'
import { alternativesOf } from './alternatives.ts'
import { Attempt, type Committed, type RoutedCall } from './attempt.ts'
import { type Choice, type ChoiceContext, chooseTarget } from './choose-target.ts'
import { judge } from './failure-cause.ts'
import { raceHedge } from './race-hedge.ts'
import { allTargets, type RoutePlan, type Target } from './target.ts'

export interface RouteOptions {
  readonly plan: RoutePlan
  readonly call: RoutedCall
  readonly choice: ChoiceContext
  /** Grows as attempts are made, whatever becomes of them. */
  readonly attempts: Attempt[]
  readonly onDecision: (decision: RouteDecision) => void
}

export type RouteDecision =
  | { readonly kind: 'retry' | 'hedge' | 'retry_denied' | 'hedge_denied' }
  | { readonly kind: 'fallback'; readonly cause: FailureCause }

/**
 * Brings a call to an answer: chooses a target, sends, and where that fails sends again or falls back, within the
 * bounds of the plan, until an answer is committed. Throws the last `Failure`; whatever was retried says
 * `shouldRetry: false` in its details, so that the client does not multiply our attempts by its own.
 */
export async function callTargets(options: RouteOptions): Promise<Committed> {
  return await new Route(options).run()
}

class Route {
  readonly #options: RouteOptions
  readonly #tried = new Set<Target>()
  #retries = 0
  #nextFallback = 0
  #hasFallenBack = false

  constructor(options: RouteOptions) {
    this.#options = options
  }

  async run(): Promise<Committed> {
    const { plan, call, choice } = this.#options
    plan.retries.budget.deposit()
    plan.hedge?.budget.deposit()
    let next = choice.pin === undefined ? this.#choose() : this.#pinned(choice.pin)
    next ??= this.#whenNoneIsAvailable()
    for (;;) {
      let failure: Failure
      try {
        const committed = await this.#attempt(next)
        const other = await this.#whenRefused(committed)
        if (!other) return this.#remembered(committed)
        next = other
        continue
      } catch (error) {
        if (call.control.isAborted || !(error instanceof Failure)) throw error
        failure = error
      }
      const following = await this.#afterFailure(next, failure)
      if (!following || !(await this.#mayPayAgain())) throw this.#final(failure)
      next = following
    }
  }

  async #attempt(chosen: Choice): Promise<Committed> {
    const { plan, call } = this.#options
    const attempt = this.#start(chosen)
    if (!plan.hedge || !call.isStream || this.#options.choice.pin !== undefined) return await attempt.run()
    return await raceHedge(attempt, plan.hedge.afterMs, () => this.#hedge(attempt.target))
  }

  #start({ target, reason }: Choice): Attempt {
    const { plan, choice, call } = this.#options
    const stood = alternativesOf(plan, choice, this.#tried, performance.now())
    const attempt = new Attempt(target, reason, call, stood)
    this.#options.attempts.push(attempt)
    return attempt
  }

  /** What was sent may be charged although it failed; the next attempt needs money of its own then. */
  async #mayPayAgain(): Promise<boolean> {
    const { attempts, call } = this.#options
    return attempts.some(({ mayHaveCost }) => mayHaveCost) ? await call.payAgain() : true
  }

  #remembered(committed: Committed): Committed {
    const { plan, choice } = this.#options
    if (plan.routing.sticky === 'prefix') {
      plan.prefixes.remember(choice.prefixHashes(), committed.attempt.target.key, performance.now())
    }
    return committed
  }

  /** The model refused the content before it said a word: a fallback that is meant for it takes over. */
  async #whenRefused(committed: Committed): Promise<Choice | undefined> {
    const { attempt } = committed
    const observation = attempt.observation
    const hasSpoken = committed.kind === 'stream' && observation?.firstTokenAt !== undefined
    if (observation?.finishReason !== 'content_filter' || hasSpoken) return undefined
    const other = this.#options.choice.pin === undefined ? this.#fallBack('content_refused') : undefined
    if (!other || !(await this.#mayPayAgain())) return undefined
    attempt.dismiss()
    return other
  }

  /** A second attempt beside a slow one, where another target is there and the budget allows. */
  async #hedge(slow: Target): Promise<Attempt | undefined> {
    const { plan, onDecision } = this.#options
    const other = this.#choose(new Set([...this.#tried, slow])) ?? this.#fallback('outage', slow)
    if (!other || !plan.hedge) return undefined
    if (!plan.hedge.budget.withdraw(performance.now())) {
      onDecision({ kind: 'hedge_denied' })
      return undefined
    }
    if (!(await this.#mayPayAgain())) return undefined
    onDecision({ kind: 'hedge' })
    return this.#start({ target: other.target, reason: `no first token after ${plan.hedge.afterMs} ms` })
  }

  #choose(tried: ReadonlySet<Target> = this.#tried): Choice | undefined {
    return chooseTarget(this.#options.plan, this.#options.choice, tried, performance.now(), Math.random)
  }

  #pinned(key: string): Choice {
    const target = allTargets(this.#options.plan).find(one => one.key === key)
    if (target) return { target, reason: 'an earlier answer binds it' }
    const message =
      'What this request refers to came from a model that this service no longer calls. Begin a new conversation.'
    throw new Failure('conflict', message)
  }

  async #afterFailure(failed: Choice, failure: Failure): Promise<Choice | undefined> {
    const judgement = judge(failure)
    if (judgement.isRetryable && !this.#hasFallenBack) {
      const again = await this.#retry(failed, failure)
      if (again) return again
    }
    if (judgement.cause === undefined || this.#options.choice.pin !== undefined) return undefined
    return this.#fallBack(judgement.cause)
  }

  async #retry(failed: Choice, failure: Failure): Promise<Choice | undefined> {
    const { plan, call, choice, onDecision } = this.#options
    const { attempts, maxWaitMs, budget } = plan.retries
    this.#tried.add(failed.target)
    // what was never sent costs no attempt
    const isFree = failure.code === 'unsupported_parameter'
    if (!isFree && this.#retries >= attempts) return undefined
    const other = choice.pin === undefined ? this.#choose() : undefined
    const asked = failure.details.retryAfterSeconds
    const waitMs = other ? 0 : retryWaitMs(this.#retries, asked && asked * 1_000, Math.random)
    if (!other && (isFree || waitMs > maxWaitMs || !mayComeBack(failure))) return undefined
    if (!isFree && !budget.withdraw(performance.now())) {
      onDecision({ kind: 'retry_denied' })
      return undefined
    }
    if (!isFree) this.#retries += 1
    await call.control.wait(waitMs)
    if (!other && failed.target.state.waitMs(performance.now()) > 0) return undefined
    onDecision({ kind: 'retry' })
    return { target: (other ?? failed).target, reason: `retry ${this.#retries}, after ${failure.code}` }
  }

  #fallBack(cause: FailureCause, why?: string): Choice | undefined {
    const choice = this.#fallback(cause, undefined)
    if (!choice) return undefined
    this.#hasFallenBack = true
    this.#options.onDecision({ kind: 'fallback', cause })
    return why === undefined ? choice : { ...choice, reason: `${choice.reason} (${why})` }
  }

  /** The next fallback that is for the cause and available. */
  #fallback(cause: FailureCause, except: Target | undefined): Choice | undefined {
    const { fallbacks } = this.#options.plan
    const now = performance.now()
    const index = fallbacks.findIndex(
      ({ on, target }, at) =>
        at >= this.#nextFallback && on.includes(cause) && target !== except && target.state.isAvailable(now),
    )
    const found = fallbacks[index]
    if (!found) return undefined
    if (except === undefined) this.#nextFallback = index + 1
    return { target: found.target, reason: `fallback on ${cause}` }
  }

  /** Every target is left alone for now: a fallback serves, or the client hears when to come back. */
  #whenNoneIsAvailable(): Choice {
    const { targets } = this.#options.plan
    const now = performance.now()
    const codes = targets.map(({ state }) => state.unavailability(now))
    const isLimited = codes.every(code => code === 'upstream_rate_limited')
    const why = targets.map(({ name, state }) => `${name}: ${state.reason(now) ?? 'taken out'}`).join('; ')
    const fallback = this.#fallBack(isLimited ? 'rate_limit' : 'outage', why)
    if (fallback) return fallback
    const waitMs = Math.min(...targets.map(({ state }) => state.waitMs(now)))
    const [code = 'no_target_available'] = new Set(codes).size === 1 ? codes : []
    throw new Failure(
      code,
      `No target of this service takes calls at the moment (${why}). Try again after the time in Retry-After.`,
      { details: { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) } },
    )
  }

  #final(failure: Failure): Failure {
    const hasRetried = this.#retries > 0 || this.#hasFallenBack
    if (!hasRetried) return failure
    return new Failure(failure.code, failure.message, {
      details: { ...failure.details, shouldRetry: false, attempts: this.#options.attempts.length },
      cause: failure.cause,
    })
  }
}

/**
 * A key that was refused, or a quota that is used up, is not there again a moment later; and who waited in the queue of
 * a target in vain has waited as long as it may.
 */
function mayComeBack({ code, details }: Failure): boolean {
  if (code === 'overloaded') return false
  return code !== 'upstream_unauthorized' && details.upstreamCode !== 'insufficient_quota'
}
