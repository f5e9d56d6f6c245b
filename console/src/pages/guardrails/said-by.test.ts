import { describe, expect, it } from 'bun:test'
import { saidBy } from './said-by.ts'

describe('saidBy', () => {
  it('adds up what one check of one policy said, and puts what it found most first', () => {
    const count = (
      policy_hash: string,
      guard: string,
      outcome: 'pass' | 'mask' | 'error',
      inferences: number,
    ) => ({
      policy_hash,
      guard,
      outcome,
      inferences,
    })
    const counts = [
      count('a', 'mail', 'pass', 5),
      count('a', 'mail', 'pass', 2),
      count('a', 'mail', 'error', 1),
      count('a', 'mail', 'mask', 3),
      count('a', 'other', 'mask', 9),
      count('b', 'mail', 'pass', 9),
    ]
    expect(saidBy(counts, 'a', 'mail')).toEqual({
      passed: 7,
      others: [
        { outcome: 'mask', inferences: 3 },
        { outcome: 'error', inferences: 1 },
      ],
    })
  })
})
