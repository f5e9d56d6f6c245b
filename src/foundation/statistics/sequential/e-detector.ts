export type DetectorForm = 'shiryaev-roberts' | 'cusum'

export interface DetectorOptions {
  /** What is looked for: the mean of values in [0, 1] having fallen below what it should be, or risen above. */
  readonly direction: 'below' | 'above'
  /** How many values pass, on average and at least, between two alarms while nothing is wrong. */
  readonly averageRunLength: number
  readonly form?: DetectorForm
}

/** What a detector goes on from: plain, so that it can be kept. */
export interface DetectorState {
  readonly count: number
  /** Of each bet: the evidence, and after which value it began that speaks most for a change now. */
  readonly values: readonly number[]
  readonly sinces: readonly number[]
  readonly peaks: readonly number[]
}

export interface Detector {
  /**
   * `value` in [0, 1]; `reference` is the mean that it must not be beyond, as it was known before the value came (it may differ from value to
   * value, as by hour of the week). True when this value raises an alarm; the detector then begins anew.
   */
  observe(value: number, reference: number): boolean
  /** The evidence, as a share of what raises an alarm. */
  readonly level: number
  /** After how many values the change seems to have come: what speaks most for one now. */
  readonly since: number
  readonly count: number
  state(): DetectorState
}

/** Shares of the largest bet that can never lose everything; from small, lasting changes to large, sudden ones. */
const bets = [0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4, 0.6, 0.8] as const

/**
 * An e-detector for a bounded mean (Shin, Ramdas and Rinaldo, NEJSDS 2023, arXiv 2203.03532): at every value a bet against the reference
 * begins, and the alarm comes when what all bets have won together reaches the run length. With e = 1 + λ(reference − value) ≥ 0 the
 * Shiryaev–Roberts form is R ← e·(R + 1), the CUSUM form C ← e·max(C, 1); their average over several λ is a detector again. While
 * the mean of each value, given those before it, is not beyond the reference, the run length until an alarm is at least
 * `averageRunLength` on average: no distribution and no independence is assumed, and none of it is asymptotic.
 */
export function createDetector(options: DetectorOptions, before?: DetectorState): Detector {
  const { direction, averageRunLength, form = 'shiryaev-roberts' } = options
  const values = Float64Array.from(before?.values ?? new Float64Array(bets.length))
  // for the question since when: CUSUM restarts of each bet, whatever the form
  const peaks = Float64Array.from(before?.peaks ?? new Float64Array(bets.length))
  const sinces = Float64Array.from(before?.sinces ?? new Float64Array(bets.length))
  let count = before?.count ?? 0
  let level = average(values) / averageRunLength

  return {
    observe: (given, reference) => {
      if (!(given >= 0 && given <= 1)) throw new RangeError(`A value is ${given}; it has to lie in 0 to 1.`)
      const [value, limit] = direction === 'below' ? [given, reference] : [1 - given, 1 - reference]
      // a mean of one cannot be kept by anything but ones, and the bet against it has to stay finite
      const most = 1 / Math.max(1 - limit, 1e-3)
      for (const [index, share] of bets.entries()) {
        const e = 1 + share * most * (limit - value)
        values[index] = advance(form, values[index] ?? 0, e)
        const peak = peaks[index] ?? 0
        if (peak <= 1) sinces[index] = count
        peaks[index] = advance('cusum', peak, e)
      }
      count += 1
      level = average(values) / averageRunLength
      if (level < 1) return false
      values.fill(0)
      return true
    },
    get level() {
      return level
    },
    get since() {
      return sinces[peaks.indexOf(Math.max(...peaks))] ?? 0
    },
    get count() {
      return count
    },
    state: () => ({ count, values: [...values], sinces: [...sinces], peaks: [...peaks] }),
  }
}

const average = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** One step of either recursion, from `earlier` with the e-value `e`. */
export const advance = (form: DetectorForm, earlier: number, e: number): number =>
  form === 'cusum' ? e * Math.max(earlier, 1) : e * (earlier + 1)
