import { describe, expect, it } from 'bun:test'
import { canonicalText, textHash } from './canonical-text.ts'
import { parseConfig } from './parse-config.ts'

describe('canonicalText', () => {
  it('is the same for texts that differ in form, and without comments', () => {
    const one = `# sk-live-forgotten-key
services: {}
providers:
  b: { kind: openai, baseUrl: 'http://b/v1' } # another
  a: &a { kind: openai, baseUrl: http://a/v1 }
  c: *a
`
    const other = `providers:
  a:
    baseUrl: http://a/v1
    kind: openai
  c: { baseUrl: http://a/v1, kind: openai }
  b: { kind: 'openai', baseUrl: http://b/v1 }
services: {}
`
    expect(canonicalText(one)).toBe(canonicalText(other))
    expect(canonicalText(one)).not.toContain('#')
    expect(canonicalText(one)).not.toContain('sk-live')
    expect(canonicalText(one)).not.toContain('*')
    expect(textHash(canonicalText(one))).toBe(textHash(canonicalText(other)))
  })

  it('makes the same snapshot as the text it came from, keys that look like numbers included', () => {
    const text = `providers: { p: { kind: openai, baseUrl: 'http://a/v1' } }
services:
  s:
    release: '1.0'
    releases:
      1.0: { target: { provider: p, model: m }, prompt: { system: "line one\\nline two: \\"quoted\\"" } }
      2: { target: { provider: p, model: '007' } }
`
    const hashOf = (yaml: string): string => {
      const parsed = parseConfig(yaml, 'slipway.yaml', {})
      if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
      return parsed.snapshot.hash
    }
    expect(hashOf(canonicalText(text))).toBe(hashOf(text))
    expect(canonicalText(canonicalText(text))).toBe(canonicalText(text))
  })

  it('differs where a value does', () => {
    expect(canonicalText('services: {}\ntraces: { retentionDays: 1 }')).not.toBe(
      canonicalText('services: {}\ntraces: { retentionDays: 2 }'),
    )
  })
})
