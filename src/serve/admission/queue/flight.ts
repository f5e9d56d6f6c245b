import type { QueueSettings } from './queue-settings.ts'
import { costOf } from './service-order.ts'
import { TenantShare } from './tenant-shares.ts'
import type { Waiter } from './waiter.ts'

/** Of what may be under way, the part that `batch` may fill, so that whoever comes finds room at once. */
const batchPart = 0.75
/** Who came within this time is expected to come again. */
const expectedMs = 60_000

export interface FlightLimits {
  readonly tokens: number
  readonly requests: number
  readonly promptTokens: number
}

/** What is under way at a target, in all and of each tenant, and whether another request fits in. */
export class Flight {
  readonly shares = new Map<string, TenantShare>()
  settings: QueueSettings | undefined
  tokens = 0
  requests = 0
  /** Of prompts whose first token has not come. */
  promptTokens = 0
  units = 0
  #presentWeight = 0
  #presentCount = 0
  readonly #replicas: () => number

  constructor(settings: QueueSettings, replicas: () => number) {
    this.settings = settings
    this.#replicas = replicas
  }

  share(tenant: string): TenantShare {
    let share = this.shares.get(tenant)
    if (share === undefined) this.shares.set(tenant, (share = new TenantShare()))
    return share
  }

  /** Somebody came; whether it goes on or waits is seen after. */
  enter({ tenant, weight, enteredAtMs }: Waiter): void {
    const share = this.share(tenant)
    if (share.isPresent) this.#presentWeight += weight - share.weight
    share.weight = weight
    share.lastEnteredAtMs = enteredAtMs
  }

  wait(tenant: string, requests: 1 | -1): void {
    const share = this.share(tenant)
    share.waiting += requests
    this.#count(share)
  }

  begin(waiter: Waiter): void {
    const share = this.share(waiter.tenant)
    share.inFlightRequests += 1
    share.inFlightTokens += waiter.tokens
    this.tokens += waiter.tokens
    this.requests += 1
    this.units += costOf(waiter)
    this.promptTokens += waiter.promptTokens
    this.#count(share)
  }

  grow(tenant: string, tokens: number): void {
    this.tokens += tokens
    this.share(tenant).inFlightTokens += tokens
  }

  /** `tokens` is all that it held in the end. */
  end(waiter: Waiter, tokens: number): void {
    const share = this.share(waiter.tenant)
    share.inFlightRequests -= 1
    share.inFlightTokens -= tokens
    this.tokens -= tokens
    this.requests -= 1
    this.units -= costOf(waiter)
    this.#count(share)
  }

  /** The part of this process. */
  limits(): FlightLimits {
    const part = 1 / Math.max(1, this.#replicas())
    const {
      inFlightTokens = Infinity,
      inFlightRequests = Infinity,
      inFlightPromptTokens = Infinity,
    } = this.settings ?? {}
    return {
      tokens: inFlightTokens * part,
      requests: Math.max(1, Math.floor(inFlightRequests * part)),
      promptTokens: inFlightPromptTokens * part,
    }
  }

  fits(waiter: Waiter, nowMs: number): boolean {
    return (
      this.#hasRoom(waiter, waiter.priority === 'batch' ? batchPart : 1) &&
      this.#leavesHeadroom(waiter, nowMs)
    )
  }

  /** Whether its tenant has less than its share of what is under way. */
  hasLessThanItsShare(waiter: Waiter): boolean {
    const { inFlightTokens } = this.share(waiter.tenant)
    return inFlightTokens + waiter.tokens <= (this.tokens + waiter.tokens) * this.#partOf(waiter.tenant)
  }

  /** Whatever its size, one may go where nothing is under way. */
  #hasRoom(waiter: Waiter, part: number): boolean {
    if (this.requests === 0) return true
    const limits = this.limits()
    return (
      this.tokens + waiter.tokens <= limits.tokens * part &&
      this.requests + 1 <= Math.max(1, Math.floor(limits.requests * part)) &&
      (this.promptTokens === 0 || this.promptTokens + waiter.promptTokens <= limits.promptTokens)
    )
  }

  /** Whether it leaves a part free for others that were here lately, or is one that this is left free for. */
  #leavesHeadroom(waiter: Waiter, nowMs: number): boolean {
    const { headroomPercent = 0, fairness = 'fifo' } = this.settings ?? {}
    if (headroomPercent === 0 || fairness === 'fifo') return true
    if (this.#hasRoom(waiter, 1 - headroomPercent / 100) || !this.#expectsOthers(waiter.tenant, nowMs))
      return true
    const { tokens, requests } = this.limits()
    // who is alone leaves as much as if one like it were here: that is who it is kept free for
    const part = Math.min(0.5, this.#partOf(waiter.tenant))
    const share = this.share(waiter.tenant)
    return share.inFlightRequests < requests * part && share.inFlightTokens + waiter.tokens <= tokens * part
  }

  #expectsOthers(tenant: string, nowMs: number): boolean {
    for (const [name, share] of this.shares) {
      if (name !== tenant && nowMs - share.lastEnteredAtMs < expectedMs) return true
    }
    return false
  }

  /** Its weight among those that have something under way or waiting. */
  #partOf(tenant: string): number {
    const own = this.share(tenant)
    return own.weight / (this.#presentWeight + (own.isPresent ? 0 : own.weight))
  }

  #count(share: TenantShare): void {
    const isPresent = share.inFlightRequests > 0 || share.waiting > 0
    if (isPresent === share.isPresent) return
    share.isPresent = isPresent
    // from the beginning where nobody is left, so that errors of rounding do not add up
    this.#presentCount += isPresent ? 1 : -1
    this.#presentWeight =
      this.#presentCount === 0 ? 0 : this.#presentWeight + (isPresent ? 1 : -1) * share.weight
  }
}
