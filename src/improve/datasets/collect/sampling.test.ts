import { describe, expect, it } from 'bun:test'
import { refusalOf } from './consent.ts'
import { createSampler, divide, sampling } from './sampling.ts'
import { answerOf, questionOf } from '../../../observe/traces/index.ts'

function choose(options: Record<string, unknown>, ids: readonly [string, string][]) {
  const sampler = createSampler(sampling.parse(options))
  for (const [id, stratum] of ids) sampler.add(id, [stratum])
  return sampler.choose()
}
const ids = Array.from({ length: 5_000 }, (_, index): [string, string] => [
  `id-${String(index).padStart(5, '0')}`,
  index % 10 === 0 ? 'rare' : 'common',
])

describe('createSampler', () => {
  it('chooses the same whatever the order, and more of it is a superset', () => {
    const some = choose({ size: 100 }, ids)
    expect(some.ids).toHaveLength(100)
    expect(choose({ size: 100 }, ids.toReversed())).toEqual(some)
    expect(new Set(choose({ each: 200 }, ids).ids).isSupersetOf(new Set(choose({ each: 50 }, ids).ids))).toBe(
      true,
    )
    expect(choose({ size: 100, salt: 'x' }, ids).ids).not.toEqual(some.ids)
  })

  it('gives each stratum its share, or so many of each', () => {
    expect(choose({ size: 100 }, ids).strata).toEqual([
      { stratum: 'common', matched: 4_500, sampled: 90 },
      { stratum: 'rare', matched: 500, sampled: 10 },
    ])
    expect(choose({ each: 600 }, ids).strata.map(({ sampled }) => sampled)).toEqual([600, 500])
    const [common, rare] = choose({ rate: 0.5 }, ids).strata
    // 6 standard deviations of a fair coin
    expect(Math.abs((common?.sampled ?? 0) - 2_250)).toBeLessThan(6 * Math.sqrt(4_500 / 4))
    expect(Math.abs((rare?.sampled ?? 0) - 250)).toBeLessThan(6 * Math.sqrt(500 / 4))
    expect(choose({}, ids).ids).toHaveLength(5_000)
    expect(() => choose({ size: 1, rate: 1 }, ids)).toThrow('one of')
  })
})

describe('divide', () => {
  it('rounds by the largest remainders and gives no part more than it has', () => {
    expect(divide([5, 3, 2], 10)).toEqual([5, 3, 2])
    expect(divide([50, 30, 20], 7)).toEqual([4, 2, 1])
    expect(divide([1, 1, 1], 2)).toEqual([1, 1, 0])
    expect(divide([], 3)).toEqual([])
  })
})

describe('refusalOf', () => {
  it('uses nothing that nobody allowed, and whoever refuses wins', () => {
    const of = (tenant: boolean | undefined, service: boolean | undefined) =>
      refusalOf({ tenant: () => tenant, service: () => service }, 't', 's')
    expect(of(undefined, undefined)).toBe('nobody_allowed')
    expect(of(true, undefined)).toBeUndefined()
    expect(of(undefined, true)).toBeUndefined()
    expect(of(false, true)).toBe('tenant_refuses')
    expect(of(true, false)).toBe('service_refuses')
  })
})

describe('questionOf and answerOf', () => {
  it('read every API', () => {
    const user = { role: 'user', content: 'Hi' }
    expect(questionOf({ messages: [user] })).toEqual([user])
    expect(questionOf({ system: 'Be kind.', messages: [user] })).toEqual([
      { role: 'system', content: 'Be kind.' },
      user,
    ])
    expect(questionOf({ instructions: 'Be kind.', input: 'Hi' })).toBe('Hi')
    expect(questionOf({ prompt: 'Hi' })).toBe('Hi')
    expect(answerOf({ choices: [{ message: { content: 'a' } }] })).toBe('a')
    expect(answerOf({ choices: [{ text: 'b' }] })).toBe('b')
    expect(answerOf({ content: [{ type: 'text', text: 'c' }] })).toBe('c')
    expect(answerOf({ output: [{ type: 'message', content: [{ type: 'output_text', text: 'd' }] }] })).toBe(
      'd',
    )
    expect(answerOf({ error: 1 })).toBeUndefined()
  })
})
