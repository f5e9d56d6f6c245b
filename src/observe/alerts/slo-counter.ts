import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import {
  addingFamily,
  type AddingSeries,
  type MetricsRegistry,
  memoised,
} from '../../foundation/platform/index.ts'
import { judge, type JudgedInference } from './judge-inference.ts'
import { type Objective, objectivesOf } from './objective.ts'

export const sloMetric = 'slipway_slo_events_total'

export interface SloCounter {
  apply(snapshot: ConfigSnapshot): void
  /** Called once for each inference that has ended. Memory only; nothing where the service promises nothing. */
  count(inference: JudgedInference): void
}

/**
 * Counts what was good and what was bad for each objective at its own bound, so that both our own alerts and those of
 * Prometheus rest on exact counts and not on the buckets of a histogram.
 */
export function createSloCounter(registry: MetricsRegistry): SloCounter {
  const events = memoised(
    addingFamily('counter', {
      name: sloMetric,
      help: 'Inferences that an objective says something of, by whether they were as promised.',
      labelNames: ['service', 'slo', 'result'],
      registry,
    }),
  )
  let services = new Map<
    string,
    readonly { readonly objective: Objective; readonly good: AddingSeries; readonly bad: AddingSeries }[]
  >()
  return {
    apply: snapshot => {
      const objectives = objectivesOf(snapshot).map(objective => {
        const { service, name: slo } = objective
        const series = (result: 'good' | 'bad') => events({ service, slo, result })
        return { objective, good: series('good'), bad: series('bad') }
      })
      services = Map.groupBy(objectives, ({ objective }) => objective.service)
    },
    count: inference => {
      const objectives = services.get(inference.service)
      if (!objectives) return
      for (const { objective, good, bad } of objectives) {
        const result = judge(inference, objective.config)
        if (result === 'good') good.add(1)
        else if (result === 'bad') bad.add(1)
      }
    },
  }
}
