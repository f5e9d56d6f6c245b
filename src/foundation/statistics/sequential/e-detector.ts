export type DetectorForm = 'shiryaev-roberts' | 'cusum'

/** How often a detector is wrong. */
export type DetectorPromise =
  | {
      /** How many values pass, on average and at least, between two alarms while nothing is wrong. */
      readonly averageRunLength: number
      readonly form?: DetectorForm
    }
  | {
      /** The chance that it ever alarms, however long it looks, while nothing is wrong. */
      readonly falseAlarm: number
    }

export type DetectorOptions = DetectorPromise & {
  /** What is looked for: the mean of values in [0, 1] having fallen below what it should be, or risen above. */
  readonly direction: 'below' | 'above'
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
 *
 * With `falseAlarm` α it is a confidence sequence, asked at one point: the bet that begins with the n-th value has the share 1 / n(n + 1) of a
 * capital of one, R ← e·(R + share), and what has not been bet counts as it is. All of it is a supermartingale that begins at one, so that it ever
 * reaches 1/α with probability α at most (Ville): then the mean was beyond the reference at some time. Bets that begin
 * later cost 2·ln n of evidence; without them a fall after n good values would first have to win back what those have lost.
 */
export function createDetector(options: DetectorOptions, before?: DetectorState): Detector {
  const { direction } = options
  const isLasting = 'falseAlarm' in options
  const limit = isLasting ? 1 / options.falseAlarm : options.averageRunLength
  const form = isLasting ? 'shiryaev-roberts' : (options.form ?? 'shiryaev-roberts')
  const values = Float64Array.from(before?.values ?? new Float64Array(bets.length))
  // for the question since when: CUSUM restarts of each bet, whatever the form
  const peaks = Float64Array.from(before?.peaks ?? new Float64Array(bets.length))
  const sinces = Float64Array.from(before?.sinces ?? new Float64Array(bets.length))
  let count = before?.count ?? 0
  let level = evidence() / limit

  function evidence(): number {
    return average(values) + (isLasting ? 1 / (count + 1) : 0)
  }

  return {
    observe: (given, reference) => {
      if (!(given >= 0 && given <= 1)) throw new RangeError(`A value is ${given}; it has to lie in 0 to 1.`)
      const [value, kept] = direction === 'below' ? [given, reference] : [1 - given, 1 - reference]
      // a mean of one cannot be kept by anything but ones, and the bet against it has to stay finite
      const most = 1 / Math.max(1 - kept, 1e-3)
      const begun = isLasting ? 1 / ((count + 1) * (count + 2)) : 1
      for (const [index, share] of bets.entries()) {
        const e = 1 + share * most * (kept - value)
        values[index] = advance(form, values[index] ?? 0, e, begun)
        const peak = peaks[index] ?? 0
        if (peak <= 1) sinces[index] = count
        peaks[index] = advance('cusum', peak, e)
      }
      count += 1
      level = evidence() / limit
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

/** One step of either recursion, from `earlier` with the e-value `e`; a new bet begins with `begun`. */
export const advance = (form: DetectorForm, earlier: number, e: number, begun = 1): number =>
  form === 'cusum' ? e * Math.max(earlier, begun) : e * (earlier + begun)
