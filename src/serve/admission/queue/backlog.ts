import { costOf, type Standing, type Work } from './service-order.ts'

/** A tenant as an order knows it. */
export interface Client<Item> {
  readonly tenant: string
  weight: number
  counter: number
  /** In the order of their coming. */
  readonly queued: Set<Item>
  queuedCost: number
}

/** Who waits, by tenant: the part that all fair orders share. */
export class Backlog<Item extends Work> {
  readonly clients = new Map<string, Client<Item>>()
  /** Those that have something waiting. */
  readonly waiting = new Set<Client<Item>>()
  length = 0
  cost = 0

  client(tenant: string): Client<Item> {
    let client = this.clients.get(tenant)
    if (client === undefined) {
      client = { tenant, weight: 1, counter: 0, queued: new Set(), queuedCost: 0 }
      this.clients.set(tenant, client)
    }
    return client
  }

  add(item: Item): Client<Item> {
    const client = this.client(item.tenant)
    client.weight = item.weight
    client.queued.add(item)
    client.queuedCost += costOf(item)
    this.waiting.add(client)
    this.length += 1
    this.cost += costOf(item)
    return client
  }

  remove(item: Item): Client<Item> | undefined {
    const client = this.clients.get(item.tenant)
    if (client === undefined || !client.queued.delete(item)) return undefined
    this.length -= 1
    this.cost -= costOf(item)
    client.queuedCost -= costOf(item)
    if (client.queued.size === 0) {
      client.queuedCost = 0
      this.waiting.delete(client)
    }
    return client
  }

  mostDispensable(): Item | undefined {
    let most: Client<Item> | undefined
    for (const client of this.waiting) {
      if (!most || client.queuedCost / client.weight > most.queuedCost / most.weight) most = client
    }
    return most && [...most.queued].at(-1)
  }

  *items(): Iterable<Item> {
    for (const client of this.waiting) yield* client.queued
  }

  standings(): Standing[] {
    return [...this.clients.values()].map(({ tenant, weight, counter }) => ({ tenant, weight, counter }))
  }
}
