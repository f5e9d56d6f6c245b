import { describe, expect, it } from 'bun:test'
import { cohenKappa, fleissKappa } from './agreement.ts'

describe('cohenKappa', () => {
  it('is what SAS and statsmodels say', () => {
    // statsmodels/stats/tests/test_inter_rater.py, from SAS: κ = 0.4842, ASE = 0.1380
    const agreement = cohenKappa([
      [0, 4, 1],
      [0, 8, 0],
      [0, 1, 5],
    ])
    expect(agreement?.kappa).toBeCloseTo(0.4842, 4)
    expect(agreement?.standardError).toBeCloseTo(0.138, 4)
    expect(agreement?.items).toBe(19)
  })

  it('is 1 where all agree, 0 where the table is what chance gives, and below it where they contradict', () => {
    expect(
      cohenKappa([
        [5, 0],
        [0, 5],
      ])?.kappa,
    ).toBe(1)
    expect(
      cohenKappa([
        [4, 4],
        [4, 4],
      ])?.kappa,
    ).toBe(0)
    expect(
      cohenKappa([
        [0, 5],
        [5, 0],
      ])?.kappa,
    ).toBe(-1)
  })

  it('says nothing where there is nothing to tell apart', () => {
    expect(
      cohenKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toBeUndefined()
    expect(
      cohenKappa([
        [9, 0],
        [0, 0],
      ]),
    ).toBeUndefined()
  })
})

describe('fleissKappa', () => {
  it('is what the table of the literature gives', () => {
    // 10 subjects, 14 raters, 5 classes; statsmodels has 0.210 as well
    const agreement = fleissKappa([
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ])
    expect(agreement?.kappa).toBeCloseTo(0.21, 3)
    expect(agreement?.observed).toBeCloseTo(0.378, 3)
    expect(agreement?.expected).toBeCloseTo(0.213, 3)
  })

  it('leaves out what only one has rated', () => {
    const both = [
      [2, 0],
      [0, 2],
      [1, 1],
    ]
    expect(fleissKappa([...both, [1, 0], [0, 0]])).toEqual(fleissKappa(both))
    expect(fleissKappa([[1, 0]])).toBeUndefined()
  })
})
