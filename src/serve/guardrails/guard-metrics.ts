import type { Registry } from 'prom-client'
import {
  addingFamily,
  type AddingSeries,
  histogramFamily,
  memoised,
  type ObservingSeries,
} from '../../foundation/platform/index.ts'
import type { Verdict } from './verdict.ts'

export interface GuardMetrics {
  /** When an inference has ended: what its checks said. */
  told(service: string, policy: string, verdicts: readonly Verdict[]): void
  /** When a guarded stream has ended: the longest that an event of it was held, and the most text. */
  held(service: string, heldMs: number, chars: number): void
}

/** All that one kind of verdict counts in, looked up once. */
interface Series {
  readonly verdicts: AddingSeries
  readonly failures: AddingSeries | undefined
  readonly duration: ObservingSeries
  readonly scanned: AddingSeries
}

/** Labels come from the configuration only, never from a text. */
export function createGuardMetrics(registry: Registry): GuardMetrics {
  const verdictsTotal = addingFamily('counter', {
    name: 'slipway_guardrail_verdicts_total',
    help: 'What checks of policies said, one count of each check and stage of an inference.',
    labelNames: ['service', 'policy', 'guard', 'check', 'stage', 'mode', 'outcome'],
    registry,
  })
  const failuresTotal = addingFamily('counter', {
    name: 'slipway_guardrail_failures_total',
    help: 'Checks that could not tell, by what followed: closed, open or fallback.',
    labelNames: ['service', 'policy', 'guard', 'check', 'outcome', 'followed'],
    registry,
  })
  const durationSeconds = memoised(
    histogramFamily({
      name: 'slipway_guardrail_check_duration_seconds',
      help: 'What a check took for all texts of one stage of an inference.',
      labelNames: ['check', 'stage'],
      buckets: [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
      registry,
    }),
  )
  const scannedTotal = memoised(
    addingFamily('counter', {
      name: 'slipway_guardrail_scanned_characters_total',
      help: 'Text that checks have looked at, in UTF-16 units.',
      labelNames: ['check', 'stage'],
      registry,
    }),
  )
  const heldSeconds = memoised(
    histogramFamily({
      name: 'slipway_guardrail_held_seconds',
      help: 'The longest that an event of a guarded stream was held back.',
      labelNames: ['service'],
      buckets: [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registry,
    }),
  )
  const heldCharacters = memoised(
    histogramFamily({
      name: 'slipway_guardrail_held_characters',
      help: 'The most text of a guarded stream that was held back at once, in UTF-16 units.',
      labelNames: ['service'],
      buckets: [0, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096, 16_384, 65_536],
      registry,
    }),
  )
  const known = new Map<string, Series>()

  function seriesOf(service: string, policy: string, verdict: Verdict): Series {
    const { guard, check, stage, mode, outcome, failed } = verdict
    const name = `${service} ${policy} ${guard} ${check} ${stage} ${mode} ${outcome} ${failed ?? ''}`
    const found = known.get(name)
    if (found) return found
    const series: Series = {
      verdicts: verdictsTotal({ service, policy, guard, check, stage, mode, outcome }),
      failures: failed && failuresTotal({ service, policy, guard, check, outcome, followed: failed }),
      duration: durationSeconds({ check, stage }),
      scanned: scannedTotal({ check, stage }),
    }
    known.set(name, series)
    return series
  }

  return {
    told(service, policy, verdicts) {
      for (const verdict of verdicts) {
        const series = seriesOf(service, policy, verdict)
        series.verdicts.add(1)
        series.failures?.add(1)
        series.duration.observe(verdict.durationMs / 1_000)
        if (verdict.scannedChars > 0) series.scanned.add(verdict.scannedChars)
      }
    },
    held(service, heldMs, chars) {
      heldSeconds({ service }).observe(heldMs / 1_000)
      heldCharacters({ service }).observe(chars)
    },
  }
}
