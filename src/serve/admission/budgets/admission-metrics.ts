import { Gauge, type Registry } from 'prom-client'
import { addingFamily, memoised } from '../../../foundation/platform/index.ts'

export interface AdmissionMetrics {
  /** `why` is what was lacking: a measure, `journal_full`, or `storage`. */
  refused(why: string): void
  /** Let pass although nobody could say whether the limit had room. */
  unchecked(measure: string): void
}

export function createAdmissionMetrics(registry: Registry, waiting: () => number): AdmissionMetrics {
  const refused = memoised(
    addingFamily('counter', {
      name: 'slipway_admission_refused_total',
      help: 'Requests refused by a limit or a budget, by what was lacking.',
      labelNames: ['why'],
      registry,
    }),
  )
  const unchecked = memoised(
    addingFamily('counter', {
      name: 'slipway_admission_unchecked_total',
      help: 'Limits that were let pass because Postgres did not answer.',
      labelNames: ['measure'],
      registry,
    }),
  )
  new Gauge({
    name: 'slipway_ledger_waiting',
    help: 'Calls that have ended and are in the journal only.',
    registers: [registry],
    collect() {
      this.set(waiting())
    },
  })
  return {
    refused: why => refused({ why }).add(1),
    unchecked: measure => unchecked({ measure }).add(1),
  }
}
