/** What finding the best of many arms costs and how often it errs: tests of rollouts, equal shares and Thompson sampling in the same worlds. */
import { rolloutPlanSchema } from '../../src/foundation/config/index.ts'
import { createRandom, normalQuantile, type Random } from '../../src/foundation/statistics/index.ts'
import { moveOn } from '../../src/improve/rollouts/controller/next-move.ts'
import { type Rollout, stepTraffic } from '../../src/improve/rollouts/rollout.ts'
import { createStepJudge } from '../../src/improve/rollouts/verdicts/judge-step.ts'
import type { ArmOutcome } from '../../src/observe/traces/index.ts'
import { type Estimate, meanOf, shareOf } from './estimate.ts'

/** How often what an arm answers is good, yes or no: of the baseline first, of the best candidate last. */
export interface World {
  readonly name: string
  readonly means: readonly number[]
  /** What all arms have more or less after so many requests. */
  readonly level: (request: number) => number
}

const still = (): number => 0
const between = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / Math.max(1, count - 1))

export const worlds: readonly World[] = [
  ...[3, 5, 8].map(count => ({
    name: `${count} candidates, the best ahead by 0.05`,
    means: [0.6, ...between(0.55, 0.65, count - 1), 0.7],
    level: still,
  })),
  { name: '5 candidates, two of them the best', means: [0.6, 0.55, 0.6, 0.65, 0.7, 0.7], level: still },
  {
    name: '5 candidates, everything rises by 0.5',
    means: [0.6, ...between(0.55, 0.65, 4), 0.7],
    level: request => -0.25 + 0.5 * Math.min(1, request / 4_000),
  },
  {
    name: '5 candidates, waves of 0.25',
    means: [0.6, ...between(0.55, 0.65, 4), 0.7],
    level: request => 0.25 * Math.sin((2 * Math.PI * request) / 4_000),
  },
]

const horizon = 40_000
const batchSize = 200
/** A gain below that does not matter. */
const within = 0.02

/** Deals requests out and looks at each batch; the arm that it ends with, or none where it has found none. */
interface Way {
  shares(random: Random): readonly number[]
  /** The scores of a batch, each with its arm. */
  take(batch: readonly (readonly [arm: number, score: number])[]): 'goes on' | 'ends with none' | number
}

const nameOf = (arm: number): string => `v${arm}`
const begun = new Date(0)
const later = new Date(86_400_000)

/** The judges and moves of the product itself. */
function testOf(arms: number, narrow: boolean): Way {
  const candidates = Array.from({ length: arms - 1 }, (_, index) => nameOf(index + 1))
  const shares = Object.fromEntries(candidates.map(name => [name, `${(100 / arms).toFixed(3)}%`]))
  let rollout: Rollout = {
    id: 'simulated',
    tenant: 'default',
    service: 'desk',
    baseline: nameOf(0),
    candidates,
    arms: candidates,
    plan: rolloutPlanSchema.parse({
      test: { shares, promote: 'best', leastDuration: '1s', ...(narrow && { narrow, within }) },
      metrics: [{ use: 'score', judge: 'helpful', role: 'goal', margin: within }],
    }),
    pinned: {},
    state: 'running',
    step: 0,
    revision: 1,
    reason: '',
    author: '',
    keyId: '',
    createdAt: begun,
    stepStartedAt: begun,
    deadlineAt: later,
    pausedAt: undefined,
    winner: undefined,
    promotingAt: undefined,
    judged: 0,
    endedAt: undefined,
  }
  const scores = new Map<string, number>()
  const said = { feedback: new Map<string, number>(), scores: new Map([['helpful', scores]]) }
  let seen: ArmOutcome[] = []
  let judge = createStepJudge(rollout)
  let count = 0
  return {
    shares: () => {
      const { shares: now } = stepTraffic(rollout)
      const rest = 1 - Object.values(now).reduce((sum, share) => sum + share, 0)
      return [rest, ...candidates.map(name => now[name] ?? 0)]
    },
    take: batch => {
      for (const [arm, score] of batch) {
        const id = String((count += 1))
        scores.set(id, score)
        const isLast = rollout.arms.length === 1 && !narrow
        const outcome = answered(id, arm === 0 ? 'baseline' : isLast ? 'candidate' : nameOf(arm))
        seen.push(outcome)
        judge.observe(outcome, said)
      }
      // what is left out may show at once whom else to leave out
      for (;;) {
        const change = moveOn(rollout, judge.judge(later), later)
        if (!change) return 'goes on'
        rollout = { ...change.rollout, revision: 1 }
        if (change.kind !== 'left-out')
          return rollout.winner === undefined ? 'ends with none' : Number(rollout.winner.slice(1))
        judge = createStepJudge(rollout)
        if (!narrow) seen = []
        for (const outcome of seen) judge.observe(outcome, said)
      }
    },
  }
}

const answered = (id: string, arm: string): ArmOutcome => ({
  id,
  arm,
  isShadow: false,
  outcome: 'ok',
  status: 200,
  failureCode: undefined,
  finishReason: 'stop',
  isStream: false,
  isCached: false,
  latencyMs: 100,
  firstTokenMs: undefined,
  costNanoUsd: undefined,
  outputTokens: undefined,
  isGuarded: false,
  verdict: undefined,
})

function meansOf(arms: number) {
  const counts = Array.from({ length: arms }, () => 0)
  const sums = Array.from({ length: arms }, () => 0)
  return {
    counts,
    add: (batch: Parameters<Way['take']>[0]): void => {
      for (const [arm, score] of batch) {
        counts[arm] = (counts[arm] ?? 0) + 1
        sums[arm] = (sums[arm] ?? 0) + score
      }
    },
    mean: (arm: number): number => (sums[arm] ?? 0) / Math.max(1, counts[arm] ?? 0),
  }
}

const highest = (values: readonly number[]): number => values.indexOf(Math.max(...values))

/** Equal shares until so many requests, then the best mean. */
const fixedHorizon =
  (requests: number) =>
  (arms: number): Way => {
    const seen = meansOf(arms)
    const names = Array.from({ length: arms }, (_, arm) => arm)
    let count = 0
    return {
      shares: () => names.map(() => 1 / arms),
      take: batch => {
        seen.add(batch)
        count += batch.length
        return count >= requests ? highest(names.map(seen.mean)) : 'goes on'
      },
    }
  }

/**
 * Thompson's (Biometrika 25, 1933) with normal posteriors of pooled means: the shares of a batch are the chances of being the best. Ends when an
 * arm's chance is above 95 %, as is usual.
 */
const thompson = (arms: number): Way => {
  const seen = meansOf(arms)
  const names = Array.from({ length: arms }, (_, arm) => arm)
  const draws = 400
  let chances: readonly number[] = names.map(() => 1 / arms)
  const random = createRandom('thompson', arms)
  return {
    shares: () => chances,
    take: batch => {
      seen.add(batch)
      const wins = names.map(() => 0)
      for (let draw = 0; draw < draws; draw += 1) {
        const drawn = names.map(
          arm => seen.mean(arm) + (spread * normal(random)) / Math.sqrt(Math.max(1, seen.counts[arm] ?? 0)),
        )
        const best = highest(drawn)
        wins[best] = (wins[best] ?? 0) + 1
      }
      chances = wins.map(won => won / draws)
      const best = highest(chances)
      return (chances[best] ?? 0) > 0.95 ? best : 'goes on'
    },
  }
}

/** At most, of a yes or no. */
const spread = 0.5
const normal = (random: Random): number => normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, random.next())))

export const ways = {
  'narrowed test': (arms: number) => testOf(arms, true),
  'plain test': (arms: number) => testOf(arms, false),
  'equal shares, 2,000 requests': fixedHorizon(2_000),
  'equal shares, 10,000 requests': fixedHorizon(10_000),
  'Thompson sampling': thompson,
} as const

interface Found {
  /** None where it had not ended at the horizon, or ended without. */
  readonly winner: number | undefined
  /** Until it ended. */
  readonly requests: number
  /** How many answers would have been good of the best arm and were not, over the whole horizon. */
  readonly regret: number
}

function play(way: keyof typeof ways, { name, means, level }: World, run: number): Found {
  // the same world for all ways
  const random = createRandom('arms', name, run)
  const one = ways[way](means.length)
  const best = Math.max(...means)
  let regret = 0
  for (let count = 0; count < horizon; count += batchSize) {
    const shares = one.shares(random)
    const batch = Array.from({ length: batchSize }, (_, index) => {
      let place = random.next()
      const found = shares.findIndex(share => (place -= share) < 0)
      const arm = found < 0 ? 0 : found
      const mean = means[arm] ?? 0
      regret += best - mean
      return [arm, random.next() < mean + level(count + index) ? 1 : 0] as const
    })
    const said = one.take(batch)
    if (said === 'goes on') continue
    const requests = count + batchSize
    const winner = said === 'ends with none' ? undefined : said
    // all that come later go to it, or to the baseline
    regret += (horizon - requests) * (best - (means[winner ?? 0] ?? 0))
    return { winner, requests, regret }
  }
  return { winner: undefined, requests: horizon, regret }
}

export interface Raced {
  /** It ended with an arm that is worse than the best by more than does not matter. */
  readonly wrong: Estimate
  readonly undecided: Estimate
  readonly requests: Estimate
  readonly regret: Estimate
}

export function race(way: keyof typeof ways, world: World, runs: number): Raced {
  const found = Array.from({ length: runs }, (_, run) => play(way, world, run))
  const best = Math.max(...world.means)
  const of = (run: number): Found => found[run] ?? { winner: undefined, requests: 0, regret: 0 }
  return {
    wrong: shareOf(runs, run => {
      const { winner } = of(run)
      return winner !== undefined && best - (world.means[winner] ?? 0) > within
    }),
    undecided: shareOf(runs, run => of(run).winner === undefined),
    requests: meanOf(runs, run => of(run).requests),
    regret: meanOf(runs, run => of(run).regret),
  }
}
