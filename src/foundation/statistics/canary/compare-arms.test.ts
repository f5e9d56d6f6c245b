import { describe, expect, it } from 'bun:test'
import { createRandom } from '../random.ts'
import { createArmComparison } from './compare-arms.ts'

const shares = [0.5, 0.3, 0.2]
const armAt = (u: number): number => (u < 0.5 ? 0 : u < 0.8 ? 1 : 2)

describe('createArmComparison', () => {
  it.each([
    ['rate', 'lower', (u: number, arm: number) => (u < 0.1 + 0.15 * arm ? 1 : 0), 0.15],
    ['score', 'higher', (u: number, arm: number) => 0.5 + u / 2 - 0.15 * arm, 0.15],
    ['quantile', 'lower', (u: number, arm: number) => (100 + 900 * u) * 1.5 ** arm, 0.5],
  ] as const)('finds which of any two is worse by a %s, from both sides', (kind, better, draw, gap) => {
    const random = createRandom('compare', kind)
    const arms = ['a', 'b', 'c']
    const race = createArmComparison({ arms, metric: { kind, better }, alpha: 0.01 })
    expect(race.compare().every(({ state }) => state === 'unsure')).toBe(true)
    for (let count = 0; count < 6_000; count += 1) {
      const arm = armAt(random.next())
      race.observe(arms[arm]!, draw(random.next(), arm))
    }
    const found = race.compare()
    expect(found).toHaveLength(6)
    for (const { arm, other, low, estimate, high, counts, state } of found) {
      const [mine, its] = [arms.indexOf(arm), arms.indexOf(other)]
      const truth = kind === 'quantile' ? (1 + gap) ** (mine - its) - 1 : gap * (mine - its)
      expect(low).toBeLessThan(truth)
      expect(high).toBeGreaterThan(truth)
      expect(Math.abs(estimate - truth)).toBeLessThan(0.1)
      expect(state).toBe(mine > its ? 'worse' : 'better')
      expect(Math.abs(counts.arm / 6_000 - shares[mine]!)).toBeLessThan(0.05)
    }
  })
})
