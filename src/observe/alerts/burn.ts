import { wilsonInterval } from '../../foundation/statistics/index.ts'
import type { MetricsLook } from '../metrics/index.ts'
import type { BurnRule, Objective } from './objective.ts'
import { sloMetric } from './slo-counter.ts'

/** What an objective saw in a stretch of time. */
export interface BurnWindow {
  readonly seconds: number
  readonly events: number
  readonly bad: number
  /** The share that was bad, with its 95 % interval (Wilson); 0 to 1 where nothing happened. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  /** How many times faster than allowed the budget burns. */
  readonly burn: number
}

export interface BurnState {
  readonly rule: BurnRule
  readonly long: BurnWindow
  readonly short: BurnWindow
  readonly isBurning: boolean
}

export interface ObjectiveState {
  readonly objective: Objective
  readonly burns: readonly BurnState[]
  /** Over the whole window of the objective. */
  readonly whole: BurnWindow
  /** The share of the error budget that is left; below 0 where more was burnt than there was. */
  readonly budgetLeft: number
}

/** Reads the counts of all objectives over a stretch at once; one look reads each stretch only once. */
export function createBurnReader(look: MetricsLook) {
  const known = new Map<number, Promise<ReadonlyMap<string, { events: number; bad: number }>>>()

  async function read(seconds: number): Promise<ReadonlyMap<string, { events: number; bad: number }>> {
    const query = { metric: sloMetric, measure: 'increase', by: ['service', 'slo', 'result'] } as const
    const counts = new Map<string, { events: number; bad: number }>()
    for (const { labels, value } of await look.askOver({ ...query, by: [...query.by] }, seconds)) {
      const key = `${labels['service'] ?? ''} ${labels['slo'] ?? ''}`
      const count = counts.get(key) ?? { events: 0, bad: 0 }
      counts.set(key, count)
      count.events += value
      if (labels['result'] === 'bad') count.bad += value
    }
    return counts
  }

  async function windowOf({ service, name, budget }: Objective, seconds: number): Promise<BurnWindow> {
    const counts = known.get(seconds) ?? read(seconds)
    known.set(seconds, counts)
    const { events, bad } = (await counts).get(`${service} ${name}`) ?? { events: 0, bad: 0 }
    const { share, low, high } = wilsonInterval(bad, events)
    return { seconds, events, bad, ratio: share, low, high, burn: share / budget }
  }

  return {
    windowOf,
    /** What decides whether an alert is due. */
    burnsOf: async (objective: Objective): Promise<BurnState[]> => {
      const states: BurnState[] = []
      for (const rule of objective.burnRules) {
        const long = await windowOf(objective, rule.longSeconds)
        const short = await windowOf(objective, rule.shortSeconds)
        states.push({ rule, long, short, isBurning: isBurning(objective, rule, long, short) })
      }
      return states
    },
  }
}

/**
 * Both windows burn faster than the factor, and so many were bad that it is no accident: at a service that keeps its
 * promise, k or more failures come where λ = k / factor at most were to be expected, which for the usual 5 and a factor
 * of 14.4 happens by chance once in 32,000 windows (Poisson).
 */
export function isBurning(
  { config }: Pick<Objective, 'config'>,
  { factor }: BurnRule,
  long: Pick<BurnWindow, 'bad' | 'burn'>,
  short: Pick<BurnWindow, 'burn'>,
): boolean {
  return long.burn > factor && short.burn > factor && long.bad >= config.minimumBad
}

export async function readObjective(look: MetricsLook, objective: Objective): Promise<ObjectiveState> {
  const reader = createBurnReader(look)
  const whole = await reader.windowOf(objective, objective.windowSeconds)
  return { objective, whole, burns: await reader.burnsOf(objective), budgetLeft: 1 - whole.burn }
}
