import { Backlog, type Client } from './backlog.ts'
import { PrefixMemory } from './prefix-memory.ts'
import { costOf, type ServiceOrder, type Standing, type Work } from './service-order.ts'

export interface DeficitLongestPrefixOptions {
  /** Units that a tenant of weight 1 gets at a time: more keeps like prompts together, less is fairer. */
  readonly quantum: number
  /** Blocks of prompts that the target is taken to remember. */
  readonly rememberedBlocks: number
}

/** Of each tenant, how many of its oldest requests are compared. */
const comparedRequests = 32
/** How often a tenant's oldest request may be passed over by its own later ones. */
const mostPasses = 16

/**
 * Deficit Longest Prefix Match of "Locality-aware Fair Scheduling in LLM Serving" (Cao et al., arXiv 2501.14312,
 * algorithm 1), the part of D²LPM that concerns one worker: among tenants with credit the request goes next whose
 * beginning the target holds the most of, and only what it does not hold is charged. Where no tenant that waits has
 * credit, each gets a quantum times its weight. Credit is lost and debt is worked off while a tenant is away, so that
 * none saves up or is punished. Over any time, the service of two tenants that wait differs by at most 2 (U + quantum),
 * U being the most units under way at once.
 */
export class DeficitLongestPrefix<Item extends Work> implements ServiceOrder<Item> {
  readonly #backlog = new Backlog<Item>()
  readonly #memory: PrefixMemory
  readonly #quantum: number
  #rounds = 0
  readonly #leftAtRound = new Map<string, number>()
  readonly #passes = new Map<string, number>()

  constructor({ quantum, rememberedBlocks }: DeficitLongestPrefixOptions) {
    this.#quantum = quantum
    this.#memory = new PrefixMemory(rememberedBlocks)
  }

  get length(): number {
    return this.#backlog.length
  }

  get cost(): number {
    return this.#backlog.cost
  }

  add(item: Item): void {
    const client = this.#backlog.client(item.tenant)
    if (client.queued.size === 0) client.counter = this.#credit(client)
    this.#backlog.add(item)
  }

  remove(item: Item): void {
    this.#left(this.#backlog.remove(item))
  }

  next(): Item | undefined {
    return this.#longest(({ counter }) => counter > 0)
  }

  nextAhead(mostUnits: number, may: (tenant: string) => boolean): Item | undefined {
    return this.#longest(({ tenant, counter, weight }) => -counter * weight <= mostUnits && may(tenant))
  }

  lead(tenant: string): number {
    const client = this.#backlog.client(tenant)
    return Math.max(0, -this.#credit(client)) * client.weight
  }

  dispatch(item: Item): number {
    const client = this.#backlog.client(item.tenant)
    const [oldest] = client.queued
    const inputShare = 1 - this.#matchedShare(item)
    client.counter -= costOf(item, inputShare) / client.weight
    this.#memory.remember(item.prefix)
    this.#passes.set(item.tenant, item === oldest ? 0 : (this.#passes.get(item.tenant) ?? 0) + 1)
    this.#left(this.#backlog.remove(item))
    return inputShare
  }

  charge(tenant: string, units: number): void {
    const client = this.#backlog.client(tenant)
    client.counter -= units / client.weight
  }

  /** The others are served for as many rounds as its own queue takes. */
  ahead(tenant: string, weight: number): number {
    const own = this.#backlog.client(tenant)
    const reached = own.queuedCost / weight - Math.min(0, this.#credit(own))
    let units = own.queuedCost
    for (const client of this.#backlog.waiting) {
      if (client === own) continue
      const before = (reached + client.counter) * client.weight
      units += Math.min(client.queuedCost, Math.max(0, before))
    }
    return units
  }

  mostDispensable(): Item | undefined {
    return this.#backlog.mostDispensable()
  }

  waiting(): Iterable<Item> {
    return this.#backlog.items()
  }

  waitingOf(tenant: string): ReadonlySet<Item> {
    return this.#backlog.client(tenant).queued
  }

  standings(): Standing[] {
    return this.#backlog.standings()
  }

  #longest(may: (client: Client<Item>) => boolean): Item | undefined {
    if (this.#backlog.length === 0) return undefined
    this.#refill()
    let best: { item: Item; matched: number } | undefined
    for (const client of this.#backlog.waiting) {
      if (!may(client)) continue
      for (const item of this.#candidates(client)) {
        const matched = this.#matchedShare(item) * item.inputTokens
        if (!best || matched > best.matched) best = { item, matched }
      }
    }
    return best?.item
  }

  *#candidates(client: Client<Item>): Iterable<Item> {
    const most = (this.#passes.get(client.tenant) ?? 0) >= mostPasses ? 1 : comparedRequests
    let index = 0
    for (const item of client.queued) {
      if (index === most) break
      yield item
      index += 1
    }
  }

  #matchedShare({ prefix }: Item): number {
    return prefix.length === 0 ? 0 : this.#memory.match(prefix) / prefix.length
  }

  /** Gives quanta to all that wait until one of them has credit. */
  #refill(): void {
    let rounds = Infinity
    for (const { counter } of this.#backlog.waiting) {
      if (counter > 0) return
      rounds = Math.min(rounds, Math.floor(-counter / this.#quantum) + 1)
    }
    this.#rounds += rounds
    for (const client of this.#backlog.waiting) client.counter += rounds * this.#quantum
  }

  #left(client: Client<Item> | undefined): void {
    if (client?.queued.size === 0) this.#leftAtRound.set(client.tenant, this.#rounds)
  }

  /** What a tenant has to begin with when it comes back. */
  #credit(client: Client<Item>): number {
    if (client.queued.size > 0) return client.counter
    const rounds = this.#rounds - (this.#leftAtRound.get(client.tenant) ?? this.#rounds)
    return Math.min(0, client.counter + rounds * this.#quantum)
  }
}
