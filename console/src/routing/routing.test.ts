import { describe, expect, it } from 'bun:test'
import type { Inference } from '../api/types.ts'
import { countFilters, matchesFilter, readInferenceFilter } from './inference-filter.ts'
import { withSearch } from './location.ts'
import { instants, lengthMs, readRange, writeRange } from './range.ts'
import { keepScope } from './scope.ts'

const search = (text: string) => new URLSearchParams(text)

describe('readRange', () => {
  it('reads a preset, or a span with both ends', () => {
    expect(readRange(search('range=7d'))).toEqual({ kind: 'last', preset: '7d' })
    const span = { since: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z' }
    expect(readRange(search(new URLSearchParams(span).toString()))).toEqual({ kind: 'between', ...span })
  })

  it('falls back to the last hour for anything it does not know', () => {
    const strange = [
      '',
      'range=toString',
      'since=2026-01-01',
      'since=x&until=y',
      'since=2026-01-02&until=2026-01-01',
    ]
    for (const text of strange) expect(readRange(search(text))).toEqual({ kind: 'last', preset: '1h' })
  })

  it('gives back what writeRange wrote', () => {
    for (const text of ['range=24h', 'since=2026-01-01T00:00:00.000Z&until=2026-01-02T00:00:00.000Z', '']) {
      const range = readRange(search(text))
      const address = withSearch({ pathname: '/', search: '' }, writeRange(range))
      expect(readRange(new URL(address, 'http://localhost').searchParams)).toEqual(range)
    }
  })
})

describe('instants', () => {
  it('leaves a moving range open at its end', () => {
    const now = Date.parse('2026-01-01T12:00:00Z')
    expect(instants({ kind: 'last', preset: '15m' }, now)).toEqual({ since: '2026-01-01T11:45:00.000Z' })
    expect(lengthMs({ kind: 'last', preset: '15m' })).toBe(900_000)
  })
})

describe('withSearch', () => {
  it('changes what is named, takes out what is undefined and keeps the rest', () => {
    const address = { pathname: '/inferences', search: '?service=support&outcome=error' }
    expect(withSearch(address, { outcome: undefined, q: 'a b' })).toBe('/inferences?service=support&q=a+b')
    expect(withSearch({ pathname: '/', search: '?q=x' }, { q: '' })).toBe('/')
  })
})

describe('keepScope', () => {
  it('carries the shared scope along, but not the filters of one page', () => {
    const present = search('range=24h&tenant=acme&outcome=error')
    expect(keepScope('/services', present)).toBe('/services?range=24h&tenant=acme')
  })

  it('lets the link decide where it names the scope itself', () => {
    expect(keepScope('/inferences?service=b', search('service=a'))).toBe('/inferences?service=b')
  })
})

describe('readInferenceFilter', () => {
  it('ignores values that cannot be meant', () => {
    const filter = readInferenceFilter(search('outcome=great&status=abc&min_latency_ms=-3'))
    expect(countFilters(filter)).toBe(0)
  })
})

describe('matchesFilter', () => {
  const inference = {
    outcome: 'error',
    status: 502,
    release: 'v1',
    key_id: 'k',
    latency_ms: 250,
  } as Inference

  it('lets in what the stored list would hold', () => {
    expect(matchesFilter(inference, readInferenceFilter(search('outcome=error&min_latency_ms=250')))).toBe(
      true,
    )
    for (const text of [
      'outcome=ok',
      'status=200',
      'release=v2',
      'key_id=x',
      'min_latency_ms=251',
      'q=anything',
    ]) {
      expect(matchesFilter(inference, readInferenceFilter(search(text)))).toBe(false)
    }
  })
})
