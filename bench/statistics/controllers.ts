/** Which canaries three kinds of controllers promote and roll back, on the same streams. */
import {
  type Arm,
  createCanaryJudge,
  createRandom,
  mannWhitney,
  type Random,
} from '../../src/foundation/statistics/index.ts'
import { type Estimate, meanOf, shareOf } from './estimate.ts'

export interface Scenario {
  readonly name: string
  /** Whether the candidate is worse than it may be. */
  readonly isHarmful: boolean
  /** Of the candidate beside the baseline's 2 % of errors and quality around 0.75. */
  readonly errors: number
  readonly quality: number
}

/** So much worse a candidate may be. */
const margins = { errors: 0.02, quality: 0.05 } as const

export const scenarios: readonly Scenario[] = [
  { name: 'the same', isHarmful: false, errors: 0, quality: 0 },
  { name: 'worse, and within what is allowed', isHarmful: false, errors: 0.005, quality: 0.01 },
  { name: 'errors 7 %', isHarmful: true, errors: 0.05, quality: 0 },
  { name: 'errors 5 %', isHarmful: true, errors: 0.03, quality: 0 },
  { name: 'quality lower by 0.10', isHarmful: true, errors: 0, quality: 0.1 },
]

interface Request {
  readonly arm: Arm
  readonly error: 0 | 1
  readonly quality: number
}

type Decision = 'promote' | 'roll-back' | 'hold'

/** Looks at each batch as it comes. */
type Controller = (share: number) => (batch: readonly Request[]) => Decision

const batchSize = 200
const mostBatches = 100

const anytime: Controller = share => {
  const judge = createCanaryJudge({
    metrics: [
      { name: 'errors', kind: 'rate', better: 'lower', margin: margins.errors },
      { name: 'quality', kind: 'score', better: 'higher', margin: margins.quality },
    ],
    share,
    alpha: { rollback: 0.05, promote: 0.05 },
    leastValues: 200,
  })
  return batch => {
    for (const { arm, error, quality } of batch) {
      judge.assign(arm)
      judge.observe('errors', arm, error)
      judge.observe('quality', arm, quality)
    }
    return judge.verdict().decision
  }
}

const looks = 10
const failuresAllowed = 2

/** As Argo Rollouts and Flagger do: each batch against a fixed number, some failures are allowed, so many looks are a success. */
const threshold: Controller = () => {
  let [looked, failures] = [0, 0]
  return batch => {
    const of = batch.filter(({ arm }) => arm === 'candidate')
    const errors = of.reduce((sum, { error }) => sum + error, 0) / of.length
    const quality = of.reduce((sum, one) => sum + one.quality, 0) / of.length
    looked += 1
    if (errors > 0.02 + margins.errors || quality < 0.75 - margins.quality) failures += 1
    if (failures > failuresAllowed) return 'roll-back'
    return looked >= looks ? 'promote' : 'hold'
  }
}

/** As Kayenta does: Mann and Whitney's test at 95 % on all values so far, at every look. */
const rankTest: Controller = () => {
  const seen: Request[] = []
  let looked = 0
  return batch => {
    seen.push(...batch)
    looked += 1
    const isWorse = (of: (request: Request) => number): boolean => {
      const [baseline, candidate] = (['baseline', 'candidate'] as const).map(which =>
        seen.filter(({ arm }) => arm === which).map(of),
      )
      if (!baseline || !candidate) return false
      const found = mannWhitney(candidate, baseline)
      return (
        found !== undefined && found.p < 0.05 && found.statistic > (candidate.length * baseline.length) / 2
      )
    }
    if (isWorse(({ error }) => error) || isWorse(({ quality }) => -quality)) return 'roll-back'
    return looked >= looks ? 'promote' : 'hold'
  }
}

export const controllers = {
  'at any time': anytime,
  'fixed threshold': threshold,
  'Mann–Whitney': rankTest,
} as const

function draw(random: Random, share: number, scenario: Scenario): Request {
  const arm = random.next() < share ? 'candidate' : 'baseline'
  const [errors, quality] = arm === 'candidate' ? [scenario.errors, scenario.quality] : [0, 0]
  return {
    arm,
    error: random.next() < 0.02 + errors ? 1 : 0,
    quality: Math.min(1, Math.max(0, 0.5 + 0.5 * random.next() - quality)),
  }
}

export interface Outcome {
  readonly promoted: Estimate
  readonly rolledBack: Estimate
  readonly undecided: Estimate
  readonly requests: Estimate
}

export function outcomes(
  controller: keyof typeof controllers,
  scenario: Scenario,
  { share, runs }: { readonly share: number; readonly runs: number },
): Outcome {
  const found = Array.from({ length: runs }, (_, run) => {
    // the same streams for all controllers
    const random = createRandom('controllers', scenario.name, share, run)
    const look = controllers[controller](share)
    for (let batch = 1; batch <= mostBatches; batch += 1) {
      const decision = look(Array.from({ length: batchSize }, () => draw(random, share, scenario)))
      if (decision !== 'hold') return { decision, requests: batch * batchSize }
    }
    return { decision: 'hold' as const, requests: mostBatches * batchSize }
  })
  const partOf = (decision: Decision): Estimate => shareOf(runs, run => found[run]?.decision === decision)
  return {
    promoted: partOf('promote'),
    rolledBack: partOf('roll-back'),
    undecided: partOf('hold'),
    requests: meanOf(runs, run => found[run]?.requests ?? 0),
  }
}
