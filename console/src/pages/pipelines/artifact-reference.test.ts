import { describe, expect, it } from 'bun:test'
import { referenceOf } from './artifact-reference.ts'

describe('referenceOf', () => {
  it('leads to the version or the evaluation that an artifact names', () => {
    const paths = (
      [
        ['dataset', { dataset: 'desk', number: 12 }],
        ['model', { model: 'support', version: 3 }],
        ['report', { evaluation: '0199aaaa-0000-7000-8000-000000000002' }],
        ['report', { loss: 0.1 }],
      ] as const
    ).map(([type, value]) => referenceOf('acme', { type, value })?.path)
    expect(paths).toEqual([
      '/datasets/desk?tenant=acme&at=12',
      '/models/support?tenant=acme&version=3',
      '/evaluations/0199aaaa-0000-7000-8000-000000000002',
      undefined,
    ])
  })
})
