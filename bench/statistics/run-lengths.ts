/** How long detectors are quiet while nothing is wrong, and how soon they speak when something is. */
import {
  createConformalMartingale,
  createDetector,
  createRandom,
  type DetectorForm,
  type Random,
} from '../../src/foundation/statistics/index.ts'
import { type Estimate, meanOf } from './estimate.ts'

/** A stream of values, and the reference that is known before each. */
interface Stream {
  readonly name: string
  readonly next: (random: Random, index: number, before: number) => number
  readonly reference: (index: number) => number
  /** So many values are one step of the detector: their mean. */
  readonly batch?: number
}

/** A hundred values an hour. */
export const day = 2_400
const isNight = (index: number): boolean => index % day >= day / 2
const hit = (random: Random, share: number): number => (random.next() < share ? 1 : 0)
/** The larger of nine numbers has the mean 0.9. */
const largest = (random: Random): number => Math.max(...Array.from({ length: 9 }, () => random.next()))

export const quietStreams: readonly Stream[] = [
  { name: 'yes or no, independent', next: random => hit(random, 0.9), reference: () => 0.9 },
  { name: 'scores, independent', next: largest, reference: () => 0.9 },
  {
    name: 'autocorrelated (a miss makes the next more likely)',
    next: (random, _, before) => hit(random, before === 1 ? 0.93 : 0.63),
    reference: () => 0.9,
  },
  {
    name: 'the same, means of 50, a fall of 0.02 at least (steps)',
    next: (random, _, before) => hit(random, before === 1 ? 0.93 : 0.63),
    reference: () => 0.88,
    batch: 50,
  },
  {
    name: 'day 0.95, night 0.85, references by hour',
    next: (random, index) => hit(random, isNight(index) ? 0.85 : 0.95),
    reference: index => (isNight(index) ? 0.85 : 0.95),
  },
  {
    name: 'day 0.95, night 0.85, one reference',
    next: (random, index) => hit(random, isNight(index) ? 0.85 : 0.95),
    reference: () => 0.9,
  },
]

/** Steps until the first alarm, at most `most`: what is cut off counts as `most`, so the mean is a lower bound. */
export function quietLength(
  stream: Stream,
  form: DetectorForm,
  options: { readonly target: number; readonly most: number; readonly runs: number },
): Estimate {
  return meanOf(options.runs, run => {
    const random = createRandom('quiet', stream.name, form, run)
    const detector = createDetector({ direction: 'below', averageRunLength: options.target, form })
    const { batch = 1 } = stream
    let before = 1
    for (let step = 0; step < options.most; step += 1) {
      let sum = 0
      for (let index = step * batch; index < (step + 1) * batch; index += 1)
        sum += before = stream.next(random, index, before)
      if (detector.observe(sum / batch, stream.reference(step))) return step + 1
    }
    return options.most
  })
}

/** The same for a conformal martingale on scores that are normal around what `middle` says. */
export function quietConformal(
  name: string,
  how: {
    readonly middle: (index: number) => number
    readonly memory: number
    readonly stratum: (index: number) => string
  },
  options: {
    readonly target: number
    readonly most: number
    readonly runs: number
    readonly reference: number
  },
): Estimate {
  return meanOf(options.runs, run => {
    const random = createRandom('conformal', name, run)
    const martingale = createConformalMartingale({ averageRunLength: options.target, random })
    let noise = random.normal()
    const score = (index: number): number => {
      noise = how.memory * noise + Math.sqrt(1 - how.memory ** 2) * random.normal()
      return how.middle(index) + noise
    }
    for (let index = 0; index < options.reference; index += 1)
      martingale.learn(score(index), how.stratum(index))
    for (let index = 0; index < options.most; index += 1)
      if (martingale.observe(score(index), how.stratum(index))) return index + 1
    return options.most
  })
}

const mostDelay = 20_000

/** Values from a change to the alarm, of runs that were quiet until then. */
export function delay(
  to: number,
  alarm: (random: Random) => (value: number) => boolean,
  options: { readonly quiet: number; readonly runs: number },
): Estimate {
  return meanOf(options.runs, run => {
    for (let attempt = 0; ; attempt += 1) {
      const random = createRandom('delay', to, run, attempt)
      const observe = alarm(random)
      let isQuiet = true
      for (let index = 0; index < options.quiet && isQuiet; index += 1) isQuiet = !observe(hit(random, 0.9))
      if (!isQuiet) continue
      for (let index = 1; index <= mostDelay; index += 1) if (observe(hit(random, to))) return index
      return mostDelay
    }
  })
}

/** The CUSUM that knows both shares: no detector with its run length is faster in the worst case (Moustakides 1986). */
export function knowingCusum(to: number, threshold: number): (value: number) => boolean {
  const gain = [Math.log((1 - to) / 0.1), Math.log(to / 0.9)] as const
  let sum = 0
  return value => {
    sum = Math.max(0, sum) + (gain[value] ?? 0)
    return sum >= threshold
  }
}

/** The threshold at which its mean run length is the target, by bisection of simulated ones. */
export function calibrateCusum(to: number, target: number, runs: number): number {
  let [low, high] = [0, Math.log(target) + 5]
  for (let step = 0; step < 12; step += 1) {
    const threshold = (low + high) / 2
    const { estimate } = meanOf(runs, run => {
      const random = createRandom('calibrate', to, run)
      const observe = knowingCusum(to, threshold)
      for (let index = 1; index <= 20 * target; index += 1) if (observe(hit(random, 0.9))) return index
      return 20 * target
    })
    if (estimate < target) low = threshold
    else high = threshold
  }
  return high
}
