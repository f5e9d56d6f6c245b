import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { metricCatalogue } from '../src/foundation/config/index.ts'
import { unexplainedLabels, writeMetricsPage } from '../scripts/write-metrics-page.ts'

const root = path.join(import.meta.dirname, '..')
const declared = /(?:name: |gauge\(\s*|counter\(\s*)'(slipway_[a-z0-9_]+)'/g

describe('docs/metrics.md', () => {
  it('lists every metric that is declared, and none that is not there', () => {
    const names = new Set<string>()
    for (const file of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const text = readFileSync(path.join(root, 'src', file), 'utf8')
      for (const [, name] of text.matchAll(declared)) if (name !== undefined) names.add(name)
    }
    names.delete('slipway_session') // a cookie
    expect(names.size).toBeGreaterThan(40)
    const listed = new Set(metricCatalogue.map(({ name }) => name))
    expect([...names].filter(name => !listed.has(name))).toEqual([])
    expect(readFileSync(path.join(root, 'docs/metrics.md'), 'utf8')).toBe(writeMetricsPage(metricCatalogue))
  })

  it('explains every label', () => {
    expect(unexplainedLabels(metricCatalogue)).toEqual([])
  })
})
