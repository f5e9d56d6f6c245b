import { Failure } from '../../../foundation/platform/index.ts'
import type { ClassOrders } from './class-orders.ts'
import { createClassOrders, isSameOrder } from './create-order.ts'
import { DrainRate } from './drain-rate.ts'
import { Flight } from './flight.ts'
import type { QueueObserver, ShedReason } from './queue-observer.ts'
import type { QueueSettings } from './queue-settings.ts'
import { type QueueState, readState } from './queue-state.ts'
import { costOf, outputUnits } from './service-order.ts'
import type { Entrant, Slot, UsedTokens } from './slot.ts'
import { Waiter } from './waiter.ts'

export interface TargetQueueOptions {
  /** `engine:support`, `provider:openai gpt-4.1`. */
  readonly name: string
  readonly settings: QueueSettings
  /** How many processes share the target: each takes its part of what may be under way. */
  readonly replicas: () => number
  readonly observer: QueueObserver
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number
}

/** Of the units under way, how much a tenant may have had before its turn and still go first. */
const passingPart = 0.05

/**
 * What stands in front of one target: as much as it carries is under way, the rest waits here, where its order can
 * still be chosen. Whoever goes next goes as soon as there is room; one that is larger than what is free is waited
 * for, so that the small ones do not pass it by for ever.
 */
export class TargetQueue {
  readonly name: string
  readonly #options: TargetQueueOptions
  readonly #flight: Flight
  readonly #drain = new DrainRate()
  #orders: ClassOrders<Waiter>

  constructor(options: TargetQueueOptions) {
    this.name = options.name
    this.#options = options
    this.#flight = new Flight(options.settings, options.replicas)
    this.#orders = createClassOrders(options.settings)
  }

  /**
   * A place at the target: at once where there is room, else when it is its turn. Throws or rejects with `overloaded`
   * and an honest `retryAfterSeconds` where it would wait longer than the queue or its client allows, and with the
   * reason of the signal where that fires: whoever leaves is gone at once, and gives back a slot it did not leave.
   */
  enter(entrant: Entrant, signal: AbortSignal): Slot | Promise<Slot> {
    signal.throwIfAborted()
    this.#tick()
    const waiter = new Waiter(entrant, this.#options.now(), signal)
    this.#flight.enter(waiter)
    if (this.#mayGoAtOnce(waiter)) {
      this.#orders.of(waiter.priority).add(waiter)
      return this.#dispatch(waiter)
    }
    const boundMs = this.#boundMs(waiter, entrant.deadlineMs)
    this.#refuseWhereVain(waiter, boundMs)
    this.#makeRoomToWait(waiter)
    this.#orders.of(waiter.priority).add(waiter)
    this.#flight.wait(waiter.tenant, 1)
    return waiter.wait(boundMs, reason => this.#giveUp(waiter, reason))
  }

  /** Goes by other settings from now on; nobody who waits is lost. `undefined`: the target is no longer bounded. */
  configure(settings: QueueSettings | undefined): void {
    const before = this.#flight.settings
    this.#flight.settings = settings
    if (settings && before && !isSameOrder(settings, before)) {
      const waiting = [...this.#orders.waiting()].toSorted(
        (one, other) => one.enteredAtMs - other.enteredAtMs,
      )
      this.#orders = createClassOrders(settings)
      for (const waiter of waiting) this.#orders.of(waiter.priority).add(waiter)
    }
    this.#pump()
  }

  /** Whether `prefix` makes a difference here. */
  get usesPrefixes(): boolean {
    return this.#flight.settings?.fairness === 'locality'
  }

  /** Whether somebody of a higher class than `batch` waits. */
  get isWaitedFor(): boolean {
    return this.#orders.isBefore('standard')
  }

  /** Nobody is under way or waits. */
  get isIdle(): boolean {
    return this.#flight.requests === 0 && this.#orders.length === 0
  }

  state(): QueueState {
    const { name } = this
    const nowMs = this.#options.now()
    return readState({
      name,
      flight: this.#flight,
      orders: this.#orders,
      unitsPerMs: this.#drain.rate(),
      nowMs,
    })
  }

  #mayGoAtOnce(waiter: Waiter): boolean {
    if (!this.#fits(waiter)) return false
    if (!this.#orders.isBefore(waiter.priority)) return true
    const order = this.#orders.of(waiter.priority)
    const isFirstOfClass = this.#orders.next()?.priority === waiter.priority
    return isFirstOfClass && order.waitingOf(waiter.tenant).size === 0 && this.#isPreferred(waiter)
  }

  #fits(waiter: Waiter): boolean {
    return this.#flight.fits(waiter, this.#options.now())
  }

  /**
   * Whether its tenant has less than its share under way, and has not had much before its turn: then it need not wait
   * behind one that has more. What it may have had before is added to the bound of the order.
   */
  #isPreferred(waiter: Waiter): boolean {
    const lead = this.#orders.of(waiter.priority).lead(waiter.tenant)
    return lead <= this.#mostAhead() && this.#flight.hasLessThanItsShare(waiter)
  }

  /** Units that a tenant may have had before its turn and still go first; -1 where nobody may. */
  #mostAhead(): number {
    const { fairness = 'fifo', headroomPercent = 0 } = this.#flight.settings ?? {}
    return fairness === 'fifo' || headroomPercent === 0 ? -1 : this.#flight.units * passingPart
  }

  #nextToGo(): Waiter | undefined {
    const first = this.#orders.next()
    if (!first) return undefined
    const order = this.#orders.of(first.priority)
    const preferred = order.nextAhead(this.#mostAhead(), tenant => {
      const [oldest] = order.waitingOf(tenant)
      return oldest !== undefined && this.#flight.hasLessThanItsShare(oldest)
    })
    const next = preferred ?? first
    return this.#fits(next) ? next : undefined
  }

  #pump(): void {
    for (let next = this.#nextToGo(); next; next = this.#nextToGo()) {
      this.#flight.wait(next.tenant, -1)
      next.resolve(this.#dispatch(next))
    }
  }

  #dispatch(waiter: Waiter): Slot {
    const { observer, now } = this.#options
    const orders = this.#orders
    const { tenant, priority, inputTokens, expectedOutputTokens } = waiter
    const inputShare = orders.dispatch(waiter)
    const share = this.#flight.share(tenant)
    const waitMs = now() - waiter.enteredAtMs
    share.waited(waitMs)
    observer.dispatched(waiter, waitMs)
    this.#flight.begin(waiter)
    let held = waiter.tokens
    let charged = costOf(waiter, inputShare)
    let served = 0
    let seen = 0

    const charge = (used: UsedTokens): void => {
      const cost = used.inputTokens * inputShare + used.outputTokens * outputUnits
      // a reload may have put another order in place, whose counters begin anew
      if (cost !== charged && orders === this.#orders) orders.of(priority).charge(tenant, cost - charged)
      charged = cost
    }
    const serve = (total: number): void => {
      if (total === served) return
      share.served(now(), total - served)
      observer.served(tenant, total - served)
      served = total
    }
    serve(inputTokens)

    return waiter.hold({
      progress: outputTokens => {
        if (outputTokens <= seen) return
        const isFirst = seen === 0
        seen = outputTokens
        serve(inputTokens + seen)
        if (seen > expectedOutputTokens) {
          charge({ inputTokens, outputTokens: seen })
          this.#flight.grow(tenant, inputTokens + seen - held)
          held = inputTokens + seen
        }
        if (isFirst) this.#promptIsDone(waiter)
      },
      leave: used => {
        this.#tick()
        this.#drain.ended(costOf(waiter), this.#orders.length > 0)
        this.#flight.end(waiter, held)
        const known = used ?? { inputTokens, outputTokens: seen }
        if (used || seen > 0) charge(known)
        serve(known.inputTokens + known.outputTokens)
        if (seen === 0) this.#flight.promptTokens -= waiter.promptTokens
        this.#pump()
      },
    })
  }

  /** Its first token is there: the engine has worked in its prompt and has time for the next. */
  #promptIsDone(waiter: Waiter): void {
    if (waiter.promptTokens === 0) return
    this.#tick()
    this.#flight.promptTokens -= waiter.promptTokens
    this.#pump()
  }

  #boundMs(waiter: Waiter, deadlineMs = Infinity): number {
    // what fills idle time has to be able to wait for it
    const own = waiter.priority === 'batch' ? Infinity : (this.#flight.settings?.maxQueueMs ?? Infinity)
    return Math.min(own, deadlineMs)
  }

  #refuseWhereVain(waiter: Waiter, boundMs: number): void {
    const { priority, tenant, weight } = waiter
    const rate = this.#drain.rate()
    const waitMs = rate === undefined ? undefined : this.#orders.ahead(priority, tenant, weight) / rate
    if (boundMs > 0 && (waitMs === undefined || waitMs <= boundMs)) return
    const message =
      waitMs === undefined
        ? `${this.#spoken()} is full, and nobody may wait for it.`
        : `${this.#spoken()} is full: the wait would be about ${wholeSeconds(waitMs)} s, and no more than ${boundMs / 1_000} s are allowed.`
    throw this.#shed(waiter, 'wait', message, (waitMs ?? 0) - boundMs)
  }

  #makeRoomToWait(waiter: Waiter): void {
    if (this.#orders.length < (this.#flight.settings?.maxQueued ?? Infinity)) return
    const rate = this.#drain.rate()
    const retryMs = rate === undefined ? 0 : costOf(waiter) / rate
    const message = `${this.#spoken()} is full, and so is the queue in front of it.`
    const other = this.#orders.mostDispensable(waiter.priority)
    const isOwn = other?.tenant === waiter.tenant && other.priority === waiter.priority
    if (!other || isOwn) throw this.#shed(waiter, 'full', message, retryMs)
    this.#remove(other)
    other.reject(this.#shed(other, 'full', message, retryMs))
  }

  #giveUp(waiter: Waiter, reason: 'aborted' | 'too_old'): void {
    this.#tick()
    this.#remove(waiter)
    if (reason === 'aborted') {
      this.#options.observer.abandoned(waiter)
    } else {
      const message = `${this.#spoken()} is full, and it was not its turn within the time that a request may wait.`
      waiter.reject(this.#shed(waiter, 'age', message, 0))
    }
    // it may have been the one that the others waited behind
    this.#pump()
  }

  #remove(waiter: Waiter): void {
    this.#flight.wait(waiter.tenant, -1)
    this.#orders.of(waiter.priority).remove(waiter)
  }

  #shed(waiter: Waiter, reason: ShedReason, message: string, retryMs: number): Failure {
    this.#options.observer.shed(waiter, reason)
    return new Failure('overloaded', `${message} Try again after the time in Retry-After.`, {
      details: { retryAfterSeconds: Math.max(1, wholeSeconds(retryMs)) },
    })
  }

  #tick(): void {
    this.#drain.tick(this.#options.now(), this.#orders.length > 0)
  }

  #spoken(): string {
    return `The ${this.name.replace(/:(.*)/, ' "$1"')}`
  }
}

function wholeSeconds(milliseconds: number): number {
  return Math.ceil(Math.round(milliseconds) / 1_000)
}
