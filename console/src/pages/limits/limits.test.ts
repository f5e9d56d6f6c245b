import { describe, expect, it } from 'bun:test'
import type { ScopeLimits } from '../../api/types.ts'
import { describeRule } from './describe-rule.ts'
import { barOf, type Rule } from './limit-bar.ts'
import { toBody, toRows } from './limit-rows.ts'
import { readEdited, withinScope, writeEdited } from './limits-address.ts'

const rule: Rule = {
  measure: 'requests',
  limit: 100,
  per: 'month',
  kind: 'hard',
  window: 'service:chat/requests/month/2026-11',
  ends_at: '2026-12-01T00:00:00.000Z',
  spent: 40,
  leased: 10,
  remaining: 50,
  forecast: 60,
}

describe('barOf', () => {
  it('ends at the limit while the forecast is below it', () => {
    expect(barOf(rule)).toEqual({ spent: 40, held: 50, limit: 100, forecast: 60, tone: 'calm' })
    expect(barOf({ ...rule, forecast: null }).forecast).toBeUndefined()
  })

  it('shows how far beyond the limit the window will end, and stops at half as much again', () => {
    const over = barOf({ ...rule, spent: 80, forecast: 125 })
    expect(over).toEqual({ spent: 64, held: 72, limit: 80, forecast: 100, tone: 'near' })
    const far = barOf({ ...rule, spent: 120, leased: 0, forecast: 900 })
    expect([Math.round(far.limit), far.forecast, far.tone]).toEqual([67, 100, 'full'])
  })
})

describe('describeRule', () => {
  it('says amount, unit, window and kind', () => {
    expect(describeRule(rule)).toBe('100 requests a month')
    expect(describeRule({ ...rule, measure: 'usd', limit: 50e9, kind: 'soft' })).toBe('$50.00 a month, soft')
    expect(describeRule({ ...rule, measure: 'concurrent', limit: 20, per: null })).toBe('20 at once')
  })
})

describe('toBody', () => {
  it('gives back what the API said', () => {
    const limits: ScopeLimits = {
      scope: 'tenant',
      id: 'acme',
      source: 'api',
      rules: [
        rule,
        { ...rule, measure: 'usd', limit: 12_500_000_000, kind: 'soft' },
        { ...rule, measure: 'concurrent', limit: 3, per: null },
      ],
    }
    expect(toBody(toRows(limits))).toEqual({
      limits: [{ requests: 100, per: 'month' }, { concurrent: 3 }],
      budgets: [{ usd: 12.5, per: 'month', kind: 'soft' }],
    })
  })

  it('is nothing until every row is filled in', () => {
    expect(toBody([])).toBeUndefined()
    expect(toBody([{ kind: 'tokens', amount: undefined, per: 'day' }])).toBeUndefined()
    expect(toBody([{ kind: 'tokens', amount: 0, per: 'day' }])).toBeUndefined()
  })
})

describe('readEdited', () => {
  it('reads what it writes, and nothing else', () => {
    const key = { scope: 'key', id: '01a2' } as const
    expect(readEdited(writeEdited(key))).toEqual(key)
    expect(readEdited('new')).toBe('new')
    for (const odd of [null, '', 'tenant:', 'planet:mars']) expect(readEdited(odd)).toBeUndefined()
  })
})

describe('withinScope', () => {
  it('keeps the tenant, its keys and the service', () => {
    const of = (scope: ScopeLimits['scope'], id: string): ScopeLimits => ({
      scope,
      id,
      source: 'api',
      rules: [],
    })
    const all = [of('tenant', 'acme'), of('tenant', 'other'), of('key', 'k'), of('service', 'chat')]
    const kept = (tenant?: string, service?: string) =>
      withinScope(all, { tenant, service }, () => 'acme').map(({ id }) => id)
    expect(kept()).toHaveLength(4)
    expect(kept('acme')).toEqual(['acme', 'k'])
    expect(kept('other', 'chat')).toEqual(['other', 'chat'])
  })
})
