import { costOf, type ServiceOrder, type Standing, type Work } from './service-order.ts'

/** First come, first served, whoever it is: what the fair orders are compared with. */
export class ArrivalOrder<Item extends Work> implements ServiceOrder<Item> {
  readonly #queued = new Set<Item>()
  readonly #served = new Map<string, { weight: number; units: number }>()
  cost = 0

  get length(): number {
    return this.#queued.size
  }

  add(item: Item): void {
    this.#queued.add(item)
    this.cost += costOf(item)
  }

  remove(item: Item): void {
    if (this.#queued.delete(item)) this.cost -= costOf(item)
  }

  nextAhead(): undefined {
    return undefined
  }

  /** Nobody goes before their time, whoever may. */
  lead(): number {
    return Infinity
  }

  next(): Item | undefined {
    const [first] = this.#queued
    return first
  }

  dispatch(item: Item): number {
    this.remove(item)
    this.charge(item.tenant, costOf(item), item.weight)
    return 1
  }

  charge(tenant: string, units: number, weight?: number): void {
    const before = this.#served.get(tenant)
    this.#served.set(tenant, {
      weight: weight ?? before?.weight ?? 1,
      units: (before?.units ?? 0) + units,
    })
  }

  ahead(): number {
    return this.cost
  }

  /** The queue has an end, and whoever comes after it is turned away. */
  mostDispensable(): Item | undefined {
    return undefined
  }

  waiting(): Iterable<Item> {
    return this.#queued
  }

  waitingOf(tenant: string): ReadonlySet<Item> {
    return new Set([...this.#queued].filter(item => item.tenant === tenant))
  }

  standings(): Standing[] {
    return [...this.#served].map(([tenant, { weight, units }]) => ({
      tenant,
      weight,
      counter: units / weight,
    }))
  }
}
