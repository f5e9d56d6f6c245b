import { describe, expect, it } from 'bun:test'
import { sayBurst } from './say-burst.ts'

describe('sayBurst', () => {
  it('says what was seen, and how often that is wrong', () => {
    const explanation =
      'Lately, 9 of 10 requests to v2 failed, 0 of 12 to v1: at least 31 % more, 10 % is allowed.'
    expect(sayBurst({ release: 'v2', evidence: { reason: 'errors', explanation, alpha: 0.00002 } })).toBe(
      `${explanation} Wrong with a chance of 1 in 50,000 at most.`,
    )
    expect(sayBurst({ release: 'v2', evidence: { explanation, alpha: 0.05 } })).toEndWith(
      'chance of 5 % at most.',
    )
  })

  it('says which targets are gone, and knows no chance of that', () => {
    const evidence = { reason: 'target-down', explanation: 'new/m: 5 failures in a row', targets: 'new/m' }
    expect(sayBurst({ release: 'v2', evidence })).toBe(
      'All targets of v2 are taken out, and those of the baseline are not. new/m: 5 failures in a row',
    )
  })
})
