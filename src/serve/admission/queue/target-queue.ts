import { Failure } from '../../../foundation/platform/index.ts'
import type { ClassOrders } from './class-orders.ts'
import { createClassOrders, isSameOrder } from './create-order.ts'
import { DrainRate } from './drain-rate.ts'
import type { QueueObserver, ShedReason } from './queue-observer.ts'
import type { QueueSettings } from './queue-settings.ts'
import { type QueueState, readState } from './queue-state.ts'
import { costOf, outputUnits } from './service-order.ts'
import type { Entrant, Slot, UsedTokens } from './slot.ts'
import { TenantShare } from './tenant-shares.ts'
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

/** Of what may be under way, the part that `batch` may fill, so that whoever comes finds room at once. */
const batchPart = 0.75

/**
 * What stands in front of one target: as much as it carries is under way, the rest waits here, where its order can
 * still be chosen. Whoever goes next goes as soon as there is room; one that is larger than what is free is waited
 * for, so that the small ones do not pass it by for ever.
 */
export class TargetQueue {
  readonly name: string
  readonly shares = new Map<string, TenantShare>()
  readonly #options: TargetQueueOptions
  #settings: QueueSettings | undefined
  #orders: ClassOrders<Waiter>
  readonly #drain = new DrainRate()
  #tokens = 0
  #requests = 0

  constructor(options: TargetQueueOptions) {
    this.name = options.name
    this.#options = options
    this.#settings = options.settings
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
    if (!this.#orders.isBefore(waiter.priority) && this.#fits(waiter)) {
      this.#orders.of(waiter.priority).add(waiter)
      return this.#dispatch(waiter)
    }
    const boundMs = this.#boundMs(waiter, entrant.deadlineMs)
    this.#refuseWhereVain(waiter, boundMs)
    this.#makeRoomToWait(waiter)
    this.#orders.of(waiter.priority).add(waiter)
    return waiter.wait(boundMs, reason => this.#giveUp(waiter, reason))
  }

  /** Goes by other settings from now on; nobody who waits is lost. `undefined`: the target is no longer bounded. */
  configure(settings: QueueSettings | undefined): void {
    const before = this.#settings
    this.#settings = settings
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
    return this.#settings?.fairness === 'locality'
  }

  /** Nobody is under way or waits. */
  get isIdle(): boolean {
    return this.#requests === 0 && this.#orders.length === 0
  }

  state(): QueueState {
    return readState({
      name: this.name,
      settings: this.#settings,
      limits: this.#limits(),
      tokens: this.#tokens,
      requests: this.#requests,
      orders: this.#orders,
      shares: this.shares,
      unitsPerMs: this.#drain.rate(),
      nowMs: this.#options.now(),
    })
  }

  #limits(): { tokens: number; requests: number } {
    const part = 1 / Math.max(1, this.#options.replicas())
    const { inFlightTokens = Infinity, inFlightRequests = Infinity } = this.#settings ?? {}
    return { tokens: inFlightTokens * part, requests: Math.max(1, Math.floor(inFlightRequests * part)) }
  }

  /** Whatever its size, one may go where nothing is under way. */
  #fits(waiter: Waiter): boolean {
    if (this.#requests === 0) return true
    const limits = this.#limits()
    const part = waiter.priority === 'batch' ? batchPart : 1
    return (
      this.#tokens + waiter.tokens <= limits.tokens * part &&
      this.#requests + 1 <= Math.max(1, Math.floor(limits.requests * part))
    )
  }

  #pump(): void {
    for (;;) {
      const waiter = this.#orders.next()
      if (!waiter || !this.#fits(waiter)) return
      waiter.resolve(this.#dispatch(waiter))
    }
  }

  #dispatch(waiter: Waiter): Slot {
    const orders = this.#orders
    const { tenant, priority } = waiter
    const inputShare = orders.dispatch(waiter)
    const order = orders.of(priority)
    const now = this.#options.now()
    const waitMs = now - waiter.enteredAtMs
    const share = this.#share(tenant)
    share.waited(waitMs)
    share.inFlightRequests += 1
    this.#options.observer.dispatched(waiter, waitMs)
    this.#tokens += waiter.tokens
    this.#requests += 1
    let held = waiter.tokens
    let charged = costOf(waiter, inputShare)
    let served = 0
    let seen = 0

    const charge = (used: UsedTokens): void => {
      const cost = used.inputTokens * inputShare + used.outputTokens * outputUnits
      // a reload may have put another order in place, whose counters begin anew
      if (cost !== charged && orders === this.#orders) order.charge(tenant, cost - charged)
      charged = cost
    }
    const serve = (total: number): void => {
      if (total === served) return
      share.served(this.#options.now(), total - served)
      this.#options.observer.served(tenant, total - served)
      served = total
    }
    serve(waiter.inputTokens)

    return waiter.hold({
      progress: outputTokens => {
        if (outputTokens <= seen) return
        seen = outputTokens
        serve(waiter.inputTokens + seen)
        if (seen <= waiter.expectedOutputTokens) return
        charge({ inputTokens: waiter.inputTokens, outputTokens: seen })
        const grown = waiter.inputTokens + seen - held
        held += grown
        this.#tokens += grown
      },
      leave: used => {
        this.#tick()
        this.#drain.ended(costOf(waiter), this.#orders.length > 0)
        this.#tokens -= held
        this.#requests -= 1
        share.inFlightRequests -= 1
        const known = used ?? { inputTokens: waiter.inputTokens, outputTokens: seen }
        if (used || seen > 0) charge(known)
        serve(known.inputTokens + known.outputTokens)
        this.#pump()
      },
    })
  }

  #boundMs(waiter: Waiter, deadlineMs = Infinity): number {
    // what fills idle time has to be able to wait for it
    const own = waiter.priority === 'batch' ? Infinity : (this.#settings?.maxQueueMs ?? Infinity)
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
    if (this.#orders.length < (this.#settings?.maxQueued ?? Infinity)) return
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
    this.#orders.of(waiter.priority).remove(waiter)
  }

  #shed(waiter: Waiter, reason: ShedReason, message: string, retryMs: number): Failure {
    this.#options.observer.shed(waiter, reason)
    return new Failure('overloaded', `${message} Try again after the time in Retry-After.`, {
      details: { retryAfterSeconds: Math.max(1, wholeSeconds(retryMs)) },
    })
  }

  #share(tenant: string): TenantShare {
    let share = this.shares.get(tenant)
    if (share === undefined) this.shares.set(tenant, (share = new TenantShare()))
    return share
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
