import { describe, expect, it } from 'bun:test'
import { createRandom } from '../random.ts'
import type { Arm } from './harm.ts'
import { createHarmMeter } from './harm.ts'
import { type CanaryPlan, createCanaryJudge } from './judge-canary.ts'

const alpha = { harmful: 0.025, safe: 0.025 }

describe('createHarmMeter', () => {
  it.each(['rate', 'score', 'quantile', 'mean'] as const)(
    'knows nothing of a %s without values of both arms',
    kind => {
      const meter = createHarmMeter({ kind, better: 'lower', alpha })
      const before = meter.harm()
      expect(before.high - before.low).toBeGreaterThanOrEqual(2)
      for (let count = 0; count < 500; count += 1) meter.observe('baseline', 1)
      const { low, high } = meter.harm()
      expect(low).toBeLessThanOrEqual(-1)
      expect(high).toBeGreaterThanOrEqual(1)
    },
  )

  it.each([
    ['rate', 'lower', (random: number, shift: number) => (random < 0.05 + shift ? 1 : 0), 0.2, 0.2],
    ['rate', 'higher', (random: number, shift: number) => (random < 0.95 - shift ? 1 : 0), 0.2, 0.2],
    ['score', 'higher', (random: number, shift: number) => Math.max(0, 0.5 + random / 2 - shift), 0.2, 0.2],
    ['quantile', 'lower', (random: number, shift: number) => (1 + shift) * (100 + 900 * random), 0.5, 0.5],
    ['mean', 'lower', (random: number, shift: number) => (1 + shift) * (1 + random), 0.3, 0.3],
  ] as const)('bounds how much worse a %s is that is better when %s', (kind, better, draw, shift, harm) => {
    const random = createRandom('harm', kind, better)
    const meter = createHarmMeter({ kind, better, alpha })
    for (let count = 0; count < 4_000; count += 1) {
      const arm: Arm = random.next() < 0.3 ? 'candidate' : 'baseline'
      meter.observe(arm, draw(random.next(), arm === 'candidate' ? shift : 0))
    }
    const { estimate, low, high } = meter.harm()
    expect(Math.abs(estimate - harm)).toBeLessThan(0.1)
    expect(low).toBeLessThan(harm)
    expect(low).toBeGreaterThan(0)
    expect(high).toBeGreaterThan(harm)
    expect(high).toBeLessThan(3 * harm)
  })

  it('refuses values that its kind does not have', () => {
    for (const [kind, value, message] of [
      ['rate', 0.5, '0 or 1'],
      ['score', 1.2, '0 to 1'],
      ['quantile', 0, 'above 0'],
      ['mean', Number.NaN, 'a number'],
    ] as const)
      expect(() => createHarmMeter({ kind, better: 'lower', alpha }).observe('baseline', value)).toThrow(
        message,
      )
  })
})

describe('createCanaryJudge', () => {
  const plan: CanaryPlan = {
    metrics: [
      { name: 'errors', kind: 'rate', better: 'lower', margin: 0.02 },
      { name: 'quality', kind: 'score', better: 'higher', margin: 0.05 },
    ],
    share: 0.5,
    alpha: { rollback: 0.02, promote: 0.05 },
    leastValues: 200,
  }

  function play(
    change: { readonly errors?: number; readonly quality?: number; readonly share?: number },
    most: number,
  ) {
    const random = createRandom('canary', JSON.stringify(change))
    const judge = createCanaryJudge(plan)
    for (let count = 1; ; count += 1) {
      const arm: Arm = random.next() < (change.share ?? 0.5) ? 'candidate' : 'baseline'
      const isNew = arm === 'candidate'
      judge.assign(arm)
      judge.observe('errors', arm, random.next() < 0.01 + (isNew ? (change.errors ?? 0) : 0) ? 1 : 0)
      judge.observe('quality', arm, 0.6 + 0.3 * random.next() - (isNew ? (change.quality ?? 0) : 0))
      if (count % 100 !== 0) continue
      const verdict = judge.verdict()
      if (verdict.decision !== 'hold' || count >= most) return { count, verdict }
    }
  }

  it('holds without data, and says why', () => {
    const verdict = createCanaryJudge(plan).verdict()
    expect(verdict.decision).toBe('hold')
    expect(verdict.reasons[0]).toContain('nothing is known yet')
  })

  it('promotes what is not worse than it may be', () => {
    const { verdict } = play({}, 20_000)
    expect(verdict.decision).toBe('promote')
    expect(verdict.metrics.map(({ state }) => state)).toEqual(['safe', 'safe'])
  })

  it.each([
    ['errors', { errors: 0.1 }],
    ['quality', { quality: 0.2 }],
  ] as const)('rolls back for %s, with the numbers', (name, change) => {
    const { verdict, count } = play(change, 20_000)
    expect(verdict.decision).toBe('roll-back')
    expect(verdict.reasons).toHaveLength(1)
    expect(verdict.reasons[0]).toStartWith(`${name}: worse by 0.`)
    expect(count).toBeLessThan(3_000)
  })

  it.each([
    [-0.2, 'promote', 'quality: better by 0.'],
    [0, 'roll-back', 'quality: worse by -0.'],
  ] as const)('decides of a goal whether it is reached: %p', (quality, decision, reason) => {
    const random = createRandom('goal', String(quality))
    const judge = createCanaryJudge({
      ...plan,
      metrics: [{ name: 'quality', kind: 'score', better: 'higher', margin: 0.1, role: 'goal' }],
    })
    for (let count = 1; count < 4_000; count += 1) {
      const arm: Arm = random.next() < 0.5 ? 'candidate' : 'baseline'
      judge.assign(arm)
      judge.observe('quality', arm, 0.4 + 0.3 * random.next() - (arm === 'candidate' ? quality : 0))
    }
    const verdict = judge.verdict()
    expect(verdict.decision).toBe(decision)
    expect(verdict.reasons[0]).toStartWith(reason)
  })

  it('holds where traffic was not split as it was to be', () => {
    const { verdict } = play({ share: 0.6 }, 3_000)
    expect(verdict.decision).toBe('hold')
    expect(verdict.reasons).toEqual([expect.stringContaining('50.0 % were due')])
  })

  it('does not know metrics that were not declared', () => {
    expect(() => createCanaryJudge(plan).observe('cost', 'candidate', 1)).toThrow('no metric cost')
    expect(() => createCanaryJudge({ ...plan, metrics: [] })).toThrow('needs a metric')
  })
})
