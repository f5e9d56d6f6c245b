import { Backlog, type Client } from './backlog.ts'
import { costOf, type ServiceOrder, type Standing, type Work } from './service-order.ts'

/**
 * The Virtual Token Counter of "Fairness in Serving Large Language Models" (Sheng et al., OSDI 2024, arXiv
 * 2401.00588), algorithm 2 with the weights of section 4.3 and the length prediction of section 4.4: each tenant has
 * a counter of the units it was served over its weight, and the one with the smallest goes next. A tenant that comes
 * back is lifted to the smallest counter of those that wait, so that it is neither punished for what it used while
 * nobody else wanted it nor able to save up. With U the most units that are under way at once, the counters of
 * tenants that wait differ by at most U, and the service that two of them get over any time by 2 U (theorem 4.4).
 */
export class VirtualTokenCounter<Item extends Work> implements ServiceOrder<Item> {
  readonly #backlog = new Backlog<Item>()
  #lastServed: Client<Item> | undefined

  get length(): number {
    return this.#backlog.length
  }

  get cost(): number {
    return this.#backlog.cost
  }

  add(item: Item): void {
    const client = this.#backlog.client(item.tenant)
    if (client.queued.size === 0) client.counter = this.#lifted(client)
    this.#backlog.add(item)
  }

  remove(item: Item): void {
    const client = this.#backlog.remove(item)
    if (this.#backlog.length === 0 && client) this.#lastServed = client
  }

  next(): Item | undefined {
    const [first] = this.#smallest()?.queued ?? []
    return first
  }

  nextAhead(mostUnits: number, may: (tenant: string) => boolean): Item | undefined {
    const least = this.#smallest()?.counter ?? 0
    const ahead = this.#smallest(
      ({ tenant, counter, weight }) => (counter - least) * weight <= mostUnits && may(tenant),
    )
    const [first] = ahead?.queued ?? []
    return first
  }

  lead(tenant: string): number {
    const client = this.#backlog.client(tenant)
    const own = this.#lifted(client)
    return Math.max(0, own - (this.#smallest()?.counter ?? own)) * client.weight
  }

  dispatch(item: Item): number {
    const client = this.#backlog.remove(item)
    if (client) {
      client.counter += costOf(item) / client.weight
      this.#lastServed = client
    }
    return 1
  }

  charge(tenant: string, units: number): void {
    const client = this.#backlog.client(tenant)
    client.counter += units / client.weight
  }

  /** As much of each other queue as is served until this tenant's counter has passed over its own. */
  ahead(tenant: string, weight: number): number {
    const own = this.#backlog.client(tenant)
    const reached = this.#lifted(own) + own.queuedCost / weight
    let units = own.queuedCost
    for (const client of this.#backlog.waiting) {
      if (client === own) continue
      units += Math.min(client.queuedCost, Math.max(0, (reached - client.counter) * client.weight))
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

  #smallest(may?: (client: Client<Item>) => boolean): Client<Item> | undefined {
    let smallest: Client<Item> | undefined
    for (const client of this.#backlog.waiting) {
      if ((!smallest || client.counter < smallest.counter) && (!may || may(client))) smallest = client
    }
    return smallest
  }

  #lifted(client: Client<Item>): number {
    if (client.queued.size > 0) return client.counter
    return Math.max(client.counter, (this.#smallest() ?? this.#lastServed)?.counter ?? 0)
  }
}
