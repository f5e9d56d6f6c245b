import { costOf, outputUnits, type ServiceOrder, type Work } from '../service-order.ts'

export interface DrivenWork extends Work {
  readonly id: number
  /** What it really answers, in tokens. */
  readonly outputTokens: number
}

interface Flight {
  readonly work: DrivenWork
  readonly inputShare: number
  charged: number
  produced: number
}

/** An engine that takes what fits into `inFlightTokens` and makes one token of each answer a step. */
export class DrivenEngine {
  readonly #order: ServiceOrder<DrivenWork>
  readonly #inFlightTokens: number
  readonly #flights = new Set<Flight>()
  /** Units that were really delivered to each tenant. */
  readonly service = new Map<string, number>()
  readonly dispatched: DrivenWork[] = []
  /** The most units that were under way at once, by what was expected or what came, whichever was more. */
  mostUnits = 0
  steps = 0

  constructor(order: ServiceOrder<DrivenWork>, inFlightTokens: number) {
    this.#order = order
    this.#inFlightTokens = inFlightTokens
  }

  step(): void {
    this.steps += 1
    this.#fill()
    let units = 0
    for (const flight of this.#flights) {
      const { work, inputShare } = flight
      flight.produced += 1
      this.#deliver(work.tenant, outputUnits)
      if (flight.produced > work.expectedOutputTokens) {
        this.#order.charge(work.tenant, outputUnits)
        flight.charged += outputUnits
      }
      units += costOf(work) + Math.max(0, flight.produced - work.expectedOutputTokens) * outputUnits
      if (flight.produced < work.outputTokens) continue
      this.#flights.delete(flight)
      const used = work.inputTokens * inputShare + flight.produced * outputUnits
      this.#order.charge(work.tenant, used - flight.charged)
    }
    this.mostUnits = Math.max(this.mostUnits, units)
  }

  #fill(): void {
    for (;;) {
      const work = this.#order.next()
      const underWay = [...this.#flights].reduce(
        (sum, flight) => sum + flight.work.inputTokens + flight.work.expectedOutputTokens,
        0,
      )
      if (!work) return
      const tokens = work.inputTokens + work.expectedOutputTokens
      if (underWay > 0 && underWay + tokens > this.#inFlightTokens) return
      const inputShare = this.#order.dispatch(work)
      this.#flights.add({ work, inputShare, charged: costOf(work, inputShare), produced: 0 })
      this.dispatched.push(work)
      this.#deliver(work.tenant, work.inputTokens * inputShare)
    }
  }

  #deliver(tenant: string, units: number): void {
    this.service.set(tenant, (this.service.get(tenant) ?? 0) + units)
  }
}

let nextId = 0

export function work(tenant: string, given: Partial<DrivenWork> = {}): DrivenWork {
  nextId += 1
  return {
    id: nextId,
    tenant,
    weight: 1,
    inputTokens: 100,
    expectedOutputTokens: 20,
    outputTokens: 20,
    prefix: [],
    ...given,
  }
}
