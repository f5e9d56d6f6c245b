import { describe, expect, it } from 'bun:test'
import { drillRollout, flawless } from '../rollout-drill.ts'

describe('servers that are killed while a release is rolled out', () => {
  // each seed kills at other moments
  it.each(['one', 'two', 'three'])(
    'split as declared at all times, lose no answers of others, and do nothing twice (%s)',
    async seed => {
      const result = await drillRollout({ seed, kills: 6, leastSeconds: 8 })
      expect(result.kills).toBeGreaterThanOrEqual(2)
      expect(result).toMatchObject(flawless)
      for (const kind of ['0 baseline', '0 copy', '1 baseline', '1 candidate', '2 baseline', '2 candidate'])
        expect(result.records[kind]).toBeGreaterThan(0)
    },
    180_000,
  )
})
