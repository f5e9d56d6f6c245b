import { describe, expect, it } from 'bun:test'
import { boundScale, type Semantic } from './bound-scale.ts'

const measured: Semantic = {
  mode: 'serve',
  serving: true,
  reason: '',
  trials: 200,
  wrong: 2,
  wrong_bound: 0.04,
  max_wrong: 0.05,
}

describe('boundScale', () => {
  it('puts what is allowed in the middle while the bound is below it', () => {
    expect(boundScale(measured)).toEqual({ allowed: 50, bound: 40, observed: 10, most: 0.1 })
  })

  it('reaches as far as the bound, and never beyond all of the hits', () => {
    const unknown = boundScale({ ...measured, trials: 0, wrong: 0, wrong_bound: 1 })
    expect(unknown).toEqual({ allowed: 5, bound: 100, observed: undefined, most: 1 })
  })
})
