import { priorities, type Priority } from '../../../foundation/config/index.ts'
import type { ServiceOrder, Work } from './service-order.ts'

export interface ClassedWork extends Work {
  readonly priority: Priority
}

/** Of this many dispatches while both wait, one is `standard`: it never starves behind `interactive`. */
const standardEvery = 4

/**
 * An order for each priority class, each with counters of its own, so that what a tenant does in idle time is not held
 * against it in the hours that count. `interactive` goes before `standard`, `batch` only when nobody else waits.
 */
export class ClassOrders<Item extends ClassedWork> {
  readonly #orders: Readonly<Record<Priority, ServiceOrder<Item>>>
  #inARow = 0

  constructor(create: () => ServiceOrder<Item>) {
    this.#orders = { interactive: create(), standard: create(), batch: create() }
  }

  get length(): number {
    return this.#orders.interactive.length + this.#orders.standard.length + this.#orders.batch.length
  }

  of(priority: Priority): ServiceOrder<Item> {
    return this.#orders[priority]
  }

  next(): Item | undefined {
    const { interactive, standard, batch } = this.#orders
    if (standard.length > 0 && (interactive.length === 0 || this.#inARow >= standardEvery - 1)) {
      return standard.next()
    }
    return interactive.next() ?? batch.next()
  }

  dispatch(item: Item): number {
    if (item.priority === 'interactive') this.#inARow += 1
    if (item.priority === 'standard') this.#inARow = 0
    return this.#orders[item.priority].dispatch(item)
  }

  /** Whether somebody of the same class or a higher one waits. */
  isBefore(priority: Priority): boolean {
    return priorities.slice(0, priorities.indexOf(priority) + 1).some(one => this.#orders[one].length > 0)
  }

  /** Units that would be served before a request that this tenant added now. */
  ahead(priority: Priority, tenant: string, weight: number): number {
    const { interactive, standard } = this.#orders
    const own = this.#orders[priority].ahead(tenant, weight)
    if (priority === 'interactive') return own + Math.min(standard.cost, own / (standardEvery - 1))
    if (priority === 'standard') return own + Math.min(interactive.cost, own * (standardEvery - 1))
    return own + interactive.cost + standard.cost
  }

  /** What is given up first where the queue is full, for somebody of this class: never one of a higher class. */
  mostDispensable(priority: Priority): Item | undefined {
    const lower = priorities.slice(priorities.indexOf(priority)).toReversed()
    return lower.map(one => this.#orders[one].mostDispensable()).find(item => item !== undefined)
  }

  *waiting(): Iterable<Item> {
    for (const priority of priorities) yield* this.#orders[priority].waiting()
  }
}
