import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const declared = /(?:name: |gauge\(\s*|counter\(\s*)'(slipway_[a-z0-9_]+)'/g

describe('docs/operations.md', () => {
  it('lists every metric, and none that is not there', () => {
    const names = new Set<string>()
    for (const file of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const text = readFileSync(path.join(root, 'src', file), 'utf8')
      for (const [, name] of text.matchAll(declared)) if (name !== undefined) names.add(name)
    }
    names.delete('slipway_session') // a cookie
    const documented = readFileSync(path.join(root, 'docs/operations.md'), 'utf8').matchAll(
      /`(slipway_\w+)`/g,
    )
    expect(new Set([...documented].map(([, name]) => name ?? ''))).toEqual(names)
    expect(names.size).toBeGreaterThan(40)
  })
})
