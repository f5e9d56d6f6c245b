import { describe, expect, it } from 'bun:test'
import { noTrainingOf } from './no-training.ts'

describe('noTrainingOf', () => {
  it.each([
    [{ 'slipway-no-training': 'true' }, {}, 'header'],
    [{ 'slipway-no-training': '1' }, { store: true }, 'header'],
    [{ 'slipway-no-training': 'False' }, {}, undefined],
    [{ 'slipway-no-training': '' }, {}, undefined],
    [{}, { store: false }, 'store'],
    [{}, { store: null }, undefined],
    [{}, { store: true }, undefined],
    [{}, {}, undefined],
  ] as const)('reads %p with %p as %p', (headers, body, said) => {
    expect(noTrainingOf(new Headers(headers), body)).toBe(said)
  })
})
