import {
  createDetector,
  type DetectorPromise,
  type DetectorState,
} from '../../../foundation/statistics/index.ts'
import type { DetectorReference } from '../reference/reference.ts'
import { type StrataLevel, stratumAt } from '../streams/strata.ts'

/** An inference that spoke for a change. */
export interface ExampleOfChange {
  readonly id: string
  readonly value: number
  readonly reference: number
  /** After how many means it came. */
  readonly at: number
}

/** Sums up to a mean, so that what came since then is the difference. */
interface Mark {
  readonly timeMs: number
  readonly values: number
  readonly sum: number
  readonly reference: number
}

/** What a run goes on from: plain, so that it can be kept. */
export interface RunState {
  readonly detector: DetectorState | undefined
  /** The mean that is being made. */
  readonly batch: {
    readonly count: number
    readonly sum: number
    readonly reference: number
    readonly limit: number
    readonly firstMs: number
  }
  readonly values: number
  readonly sum: number
  readonly reference: number
  readonly marks: Readonly<Record<string, Mark>>
  readonly examples: readonly ExampleOfChange[]
  readonly lastMs: number
}

/** What a run says when it raises an alarm. */
export interface RunAlarm {
  readonly sinceMs: number
  readonly atMs: number
  /** Means, and values in them, from the estimated beginning of the change. */
  readonly means: number
  readonly values: number
  readonly mean: number
  readonly reference: number
  readonly examples: readonly ExampleOfChange[]
}

export interface DetectorRun {
  /** The alarm that this value raises; the run then begins anew. */
  observe(value: number, timeMs: number, id: string): RunAlarm | undefined
  readonly level: number
  /** Means that have been seen since it began. */
  readonly means: number
  /** Of what the last mean was made. */
  readonly lastMean: { readonly count: number; readonly valueSum: number; readonly referenceSum: number }
  state(): RunState
}

const mostExamples = 8
const noBatch = { count: 0, sum: 0, reference: 0, limit: 0, firstMs: 0 }

/**
 * Moves one detector: values become means of `batchSize`, each held against the mean of what the reference says of the times that its values are from, less
 * (or plus) the smallest effect. Values of strata that the reference does not have are left out.
 */
export function createRun(
  reference: DetectorReference,
  options: {
    readonly strata: StrataLevel
    readonly batchSize: number
    /** Run lengths are in means. */
    readonly promise: DetectorPromise
  },
  before?: RunState,
): DetectorRun {
  const { direction, margin, means } = reference
  const { strata, batchSize, promise } = options
  const sign = direction === 'below' ? 1 : -1
  let detector = createDetector({ direction, ...promise }, before?.detector)
  let { count, sum, reference: expected, limit, firstMs } = before?.batch ?? noBatch
  let values = before?.values ?? 0
  let allSum = before?.sum ?? 0
  let allReference = before?.reference ?? 0
  let lastMs = before?.lastMs ?? 0
  let marks = new Map(Object.entries(before?.marks ?? {}).map(([at, mark]) => [Number(at), mark]))
  let examples = [...(before?.examples ?? [])]
  let lastMean = { count: 0, valueSum: 0, referenceSum: 0 }

  function consider(id: string, value: number, mean: number): void {
    const gain = sign * (mean - value)
    if (gain <= 0) return
    const at = detector.count
    if (examples.length < mostExamples) return void examples.push({ id, value, reference: mean, at })
    let least = 0
    for (let index = 1; index < examples.length; index += 1)
      if (gainOf(examples[index]) < gainOf(examples[least])) least = index
    // of those that say the same the latest are kept
    if (gain >= gainOf(examples[least])) examples[least] = { id, value, reference: mean, at }
  }

  const gainOf = (example: ExampleOfChange | undefined): number =>
    example ? sign * (example.reference - example.value) : 0

  function forget(): void {
    const { since } = detector
    const known = new Set(detector.state().sinces)
    marks = new Map([...marks].filter(([at]) => known.has(at)))
    examples = examples.filter(({ at }) => at >= since)
  }

  return {
    observe: (value, timeMs, id) => {
      const stratum = stratumAt(means, timeMs, strata)
      if (!stratum) return undefined
      consider(id, value, stratum.mean)
      if (count === 0) firstMs = timeMs
      count += 1
      sum += value
      expected += stratum.mean
      limit += Math.min(1, Math.max(0, stratum.mean - sign * margin))
      lastMs = timeMs
      if (count < batchSize) return undefined
      const at = detector.count
      marks.set(at, { timeMs: firstMs, values, sum: allSum, reference: allReference })
      const isAlarm = detector.observe(Math.min(1, sum / count), limit / count)
      lastMean = { count, valueSum: sum, referenceSum: expected }
      values += count
      allSum += sum
      allReference += expected
      ;({ count, sum, reference: expected, limit, firstMs } = noBatch)
      forget()
      if (!isAlarm) return undefined
      const { since } = detector
      const mark = marks.get(since)
      const seen = values - (mark?.values ?? 0)
      const alarm: RunAlarm = {
        sinceMs: mark?.timeMs ?? timeMs,
        atMs: timeMs,
        means: detector.count - since,
        values: seen,
        mean: (allSum - (mark?.sum ?? 0)) / seen,
        reference: (allReference - (mark?.reference ?? 0)) / seen,
        examples: examples.toSorted((left, right) => gainOf(right) - gainOf(left)),
      }
      detector = createDetector({ direction, ...promise })
      marks = new Map()
      examples = []
      return alarm
    },
    get level() {
      return detector.level
    },
    get means() {
      return detector.count
    },
    get lastMean() {
      return lastMean
    },
    state: () => ({
      detector: detector.state(),
      batch: { count, sum, reference: expected, limit, firstMs },
      values,
      sum: allSum,
      reference: allReference,
      marks: Object.fromEntries(marks),
      examples,
      lastMs,
    }),
  }
}
