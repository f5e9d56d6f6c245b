import { describe, expect, it } from 'bun:test'
import { rolloutPlanSchema } from '../../../foundation/config/index.ts'
import { createRandom } from '../../../foundation/statistics/index.ts'
import type { ArmOutcome } from '../../../observe/traces/index.ts'
import { moveOn } from '../controller/next-move.ts'
import { alphaOfPair, type Rollout, sayBound, stepTraffic } from '../rollout.ts'
import { createStepJudge } from './judge-step.ts'

const begun = new Date('2026-01-01T00:00:00Z')
const later = new Date('2026-01-02T00:00:00Z')

function rolloutOf(test: Record<string, unknown> = {}, arms = ['v2', 'v3', 'v4']): Rollout {
  return {
    id: 'rollout',
    tenant: 'default',
    service: 'desk',
    baseline: 'v1',
    candidates: ['v2', 'v3', 'v4'],
    arms,
    plan: rolloutPlanSchema.parse({
      test: {
        shares: { v2: '30%', v3: '20%', v4: '20%' },
        narrow: true,
        promote: 'best',
        leastValues: 100,
        ...test,
      },
      metrics: [
        { use: 'errors', margin: 0.1 },
        { use: 'score', judge: 'helpful', role: 'goal', margin: 0.05 },
      ],
    }),
    pinned: {},
    state: 'running',
    step: 0,
    revision: 1,
    reason: '',
    author: 'ada',
    keyId: 'key',
    createdAt: begun,
    stepStartedAt: later,
    deadlineAt: later,
    pausedAt: undefined,
    winner: undefined,
    promotingAt: undefined,
    judged: 0,
    endedAt: undefined,
  }
}

/** Judges requests of all arms: around which score each lies, and how often it fails. */
function judged(
  rollout: Rollout,
  of: Readonly<Record<string, { readonly score: number; readonly errors?: number }>>,
  requests = 3_000,
) {
  const random = createRandom('narrow', JSON.stringify(of))
  const judge = createStepJudge(rollout)
  const scores = new Map<string, number>()
  const { shares } = stepTraffic(rollout)
  for (let index = 0; index < requests; index += 1) {
    let place = random.next()
    const release = rollout.arms.find(arm => (place -= shares[arm]!) < 0)
    const { score, errors = 0 } = of[release ?? 'v1']!
    const id = String(index)
    scores.set(id, score + 0.2 * (random.next() - 0.5))
    const isFailed = random.next() < errors
    const outcome: ArmOutcome = {
      id,
      arm: release ?? 'baseline',
      isShadow: false,
      outcome: isFailed ? 'error' : 'ok',
      status: isFailed ? 502 : 200,
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
    }
    judge.observe(outcome, { feedback: new Map(), scores: new Map([['helpful', scores]]) })
  }
  return judge.judge(later)
}

const v1 = { score: 0.4 }
const beaten = (judgement: ReturnType<typeof judged>) =>
  judgement.candidates.map(({ release, beatenBy }) => [release, beatenBy])

describe('a test that is narrowed', () => {
  it('leaves out whom another surely beats, says by how much, and waits with it while it is paused', () => {
    const rollout = rolloutOf({ within: 0 })
    const judgement = judged(rollout, { v1, v2: { score: 0.8 }, v3: { score: 0.6 }, v4: { score: 0.8 } })
    expect(beaten(judgement)).toEqual([
      ['v2', []],
      ['v3', ['v2', 'v4']],
      ['v4', []],
    ])
    expect(judgement.decision).toBe('hold')
    expect(judgement.reasons[0]).toMatch(
      /^v3 is worse than v2 by helpful: by 0\.\d+ to 0\.\d+ \(\d+ and \d+ values\)\.$/,
    )
    const [found] = judgement.candidates[1]!.others!
    expect(found).toMatchObject({ release: 'v2', state: 'worse' })
    expect(Math.abs(found!.estimate! - 0.2)).toBeLessThan(0.05)
    expect(moveOn(rollout, judgement, later)).toMatchObject({
      kind: 'left-out',
      rollout: { arms: ['v2', 'v4'], step: 1 },
    })
    expect(moveOn({ ...rollout, state: 'paused' }, judgement, later)).toBeUndefined()
    expect(judgement.restsOn.from).toEqual(begun)
  })

  it('leaves nobody out for one that is not surely within its margins', () => {
    const judgement = judged(rolloutOf(), {
      v1,
      v2: { score: 0.8, errors: 0.1 },
      v3: { score: 0.6 },
      v4: { score: 0.6 },
    })
    expect(judgement.candidates[1]!.others![0]).toMatchObject({ release: 'v2', state: 'worse' })
    expect(beaten(judgement)).toEqual([
      ['v2', []],
      ['v3', []],
      ['v4', []],
    ])
  })

  it('ends with the best of those that cannot be told apart, as soon as none can be better by what matters', () => {
    const alike = { v1, v2: { score: 0.8 }, v3: { score: 0.8 }, v4: { score: 0.8 } }
    const ended = judged(rolloutOf({ within: 0.1 }), alike)
    expect(ended.decision).toBe('promote')
    expect(ended.reasons[0]).toMatch(
      /^v\d passes, and nobody that is left is better by helpful by 0\.1: at most v\d by 0/,
    )
    const { kind, rollout } = moveOn(rolloutOf({ within: 0.1 }), ended, later)!
    expect([kind, rollout.winner]).toEqual(['promoted', ended.reasons[0]!.slice(0, 2)])
    expect(judged(rolloutOf({ within: 0 }), alike).decision).toBe('hold')
  })

  it('ends with the last that is left, by its name, where that passes', () => {
    const last = judged(rolloutOf({ within: 0 }, ['v3']), { v1, v3: { score: 0.8 } })
    expect(last.decision).toBe('promote')
    expect(last.reasons[0]).toBe('v3 passes, and no other is left.')
  })

  it('keeps the ratio of any two arms, and divides what it may err by over the pairs', () => {
    const ratio = (arms: readonly string[]) => {
      const { shares } = stepTraffic({ ...rolloutOf(), arms })
      return shares['v3']! / (1 - Object.values(shares).reduce((sum, share) => sum + share, 0))
    }
    for (const arms of [['v2', 'v3', 'v4'], ['v2', 'v3'], ['v3']]) expect(ratio(arms)).toBeCloseTo(2 / 3, 12)
    expect(alphaOfPair(rolloutOf())).toBeCloseTo(0.05 / 6 / 2, 12)
    expect(sayBound(rolloutOf())).toContain(
      'Over the 6 pairs of 4 releases that is 0.833 % and 0.833 % for each',
    )
  })
})
