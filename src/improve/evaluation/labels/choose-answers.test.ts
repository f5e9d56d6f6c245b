import { describe, expect, it } from 'bun:test'
import { chooseAnswers } from './choose-answers.ts'

const answers = Array.from({ length: 400 }, (_, index) => ({
  ordinal: Math.floor(index / 2),
  release: index % 2,
  repeat: 0,
  // of half of the examples the judge is nearly sure
  value: Math.floor(index / 2) % 2 === 0 ? 0.98 : 0.5,
}))
const ordinalsOf = (chosen: ReturnType<typeof chooseAnswers>): Set<number> =>
  new Set(chosen.map(({ answer }) => answer.ordinal))

describe('chooseAnswers', () => {
  it('draws whole examples, those likelier that the judge is unsure of, and says how likely', () => {
    const chosen = chooseAnswers(answers, 80, 'seed')
    expect(chosen).toHaveLength(80)
    expect(ordinalsOf(chosen).size).toBe(40)
    const unsure = chosen.filter(({ answer }) => answer.value === 0.5)
    expect(unsure.length).toBeGreaterThan(48)
    expect(unsure.length).toBeLessThan(80)
    const [likely, unlikely] = [
      unsure[0]?.probability,
      chosen.find(({ answer }) => answer.value > 0.9)?.probability,
    ]
    expect((likely ?? 0) + (unlikely ?? 0)).toBeCloseTo(0.4, 9)
    expect(likely).toBeGreaterThan(2 * (unlikely ?? 1))
    expect(chooseAnswers(answers, 80, 'seed')).toEqual(chosen)
    expect(chooseAnswers(answers, 80, 'other')).not.toEqual(chosen)
  })

  it('keeps most of what it drew when more is wanted', () => {
    const first = ordinalsOf(chooseAnswers(answers, 80, 'seed'))
    const more = ordinalsOf(chooseAnswers(answers, 160, 'seed'))
    expect(first.intersection(more).size).toBeGreaterThanOrEqual(first.size - 2)
    expect(chooseAnswers(answers, 9_999, 'seed')).toHaveLength(400)
    expect(chooseAnswers([], 10, 'seed')).toEqual([])
  })

  it('asks about one repeat of an answer', () => {
    const repeated = answers.flatMap(answer => [answer, { ...answer, repeat: 1 }, { ...answer, repeat: 2 }])
    const chosen = chooseAnswers(repeated, 400, 'seed')
    expect(chosen).toHaveLength(400)
    expect(new Set(chosen.map(({ answer }) => answer.repeat)).size).toBe(3)
  })
})
