import type { CanaryMetric } from './judge-canary.ts'
import { createHarmMeter, type Harm, type HarmKind } from './harm.ts'

/** By how much one arm is worse than another: a difference of rates and scores, a part of the other's percentile. */
export interface ArmComparison extends Harm {
  readonly arm: string
  readonly other: string
  readonly counts: { readonly arm: number; readonly other: number }
  readonly state: 'worse' | 'better' | 'unsure'
}

export interface ArmComparisonOptions {
  readonly arms: readonly string[]
  readonly metric: Pick<CanaryMetric, 'kind' | 'better'>
  /** The chance that an end of the bounds of a pair is ever beyond what is true; there are arms · (arms − 1) ends. */
  readonly alpha: number
}

/**
 * Compares any two of several arms by one metric, after any value and as often as one likes. What successive elimination (Even-Dar, Mannor
 * and Mansour, JMLR 7, 2006, section 3) goes by, with bounds of each pair in the place of those of each arm, so that what two arms share from one hour
 * to the next cancels. The ratio of the traffic of any two arms must stay what it is; the traffic itself may change.
 */
export function createArmComparison({ arms, metric: { kind, better }, alpha }: ArmComparisonOptions) {
  const pairs = arms.flatMap((arm, index) =>
    arms.slice(index + 1).map(other => ({
      arm,
      other,
      meter: createHarmMeter({ kind, better, alpha: { harmful: alpha, safe: alpha } }),
    })),
  )
  return {
    observe: (name: string, value: number): void => {
      for (const { arm, other, meter } of pairs) {
        if (arm === name) meter.observe('candidate', value)
        if (other === name) meter.observe('baseline', value)
      }
    },
    /** Of every arm beside every other. */
    compare: (): ArmComparison[] =>
      pairs.flatMap(({ arm, other, meter }) => {
        const harm = meter.harm()
        const { candidate, baseline } = meter.counts
        return [
          { arm, other, counts: { arm: candidate, other: baseline }, ...harm, state: stateOf(harm) },
          turned({ arm, other, counts: { arm: candidate, other: baseline }, ...harm }, kind),
        ]
      }),
  }
}

const stateOf = ({ low, high }: Pick<Harm, 'low' | 'high'>): ArmComparison['state'] =>
  low > 0 ? 'worse' : high < 0 ? 'better' : 'unsure'

/** The same seen from the other arm. */
function turned(
  { arm, other, counts, estimate, low, high }: Omit<ArmComparison, 'state'>,
  kind: HarmKind,
): ArmComparison {
  // a part of one percentile is another part of the other one
  const turn = (harm: number): number => (kind === 'quantile' ? 1 / (1 + Math.max(-1, harm)) - 1 : -harm)
  const harm = { estimate: turn(estimate), low: turn(high), high: turn(low) }
  return {
    arm: other,
    other: arm,
    counts: { arm: counts.other, other: counts.arm },
    ...harm,
    state: stateOf(harm),
  }
}
