import { describe, expect, it } from 'bun:test'
import { compareVersions } from './compare-versions.ts'

const file = (path: string, sha256: string) => ({ path, sha256, bytes: 1 })

describe('compareVersions', () => {
  it('says how metrics moved and which files differ', () => {
    const found = compareVersions(
      { metrics: { loss: 0.5, steps: 1_000 }, files: [file('a', '1'), file('b', '1'), file('c', '1')] },
      { metrics: { loss: 0.25, score: 0.9 }, files: [file('a', '1'), file('b', '2'), file('d', '1')] },
    )
    expect(found.metrics).toEqual([
      { name: 'loss', left: '0.5', right: '0.25', change: '−0.25' },
      { name: 'score', left: '–', right: '0.9', change: undefined },
      { name: 'steps', left: '1,000', right: '–', change: undefined },
    ])
    expect(found.files.map(({ path, what }) => `${path} ${what}`)).toEqual(['b changed', 'c gone', 'd new'])
  })
})
