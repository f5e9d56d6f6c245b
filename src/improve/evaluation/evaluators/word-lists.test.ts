import { describe, expect, it } from 'bun:test'
import holdout from './__fixtures__/word-list-holdout.json'
import { isRefusal } from './refusal.ts'
import { toxicityOf } from './toxicity.ts'

/** How often the word lists are wrong on sentences that they were not written for; docs/evaluators.md says so. */
describe('the word lists', () => {
  it('see as many refusals as is said of them, and take as few answers for one', () => {
    const count = (texts: readonly string[]) => texts.filter(text => isRefusal({ text })).length
    expect({ seen: count(holdout.refused), mistaken: count(holdout.answered) }).toEqual({
      seen: 16,
      mistaken: 3,
    })
  })

  it('see as much abuse as is said of them, and take as little else for it', () => {
    const count = (texts: readonly string[]) => texts.filter(text => toxicityOf(text).score > 0.5).length
    expect({ seen: count(holdout.abusive), mistaken: count(holdout.clean) }).toEqual({ seen: 7, mistaken: 6 })
  })
})
