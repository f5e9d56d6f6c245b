import { describe, expect, it } from 'bun:test'
import type { Target } from '../../api/types.ts'
import { describeAbsence, describeTarget, stateOf } from './describe-target.ts'

const healthy: Target = {
  target: 'provider:a',
  model: 'm',
  weight: 3,
  fallback_on: null,
  state: 'closed',
  reason: null,
  retry_in_ms: 0,
  in_flight: 2,
  latency_ms: 420,
}

describe('describeTarget', () => {
  it('says the weight only where there is something to share', () => {
    expect(describeTarget(healthy, false)).toBe('weight 3 · 2 under way · answers after 420 ms')
    expect(describeTarget(healthy, true)).toBe('2 under way · answers after 420 ms')
    expect(describeTarget({ ...healthy, weight: 0, in_flight: 0, latency_ms: null }, false)).toBe(
      'weight 0, taken out',
    )
  })

  it('says what a fallback is for', () => {
    const idle = { ...healthy, in_flight: 0, latency_ms: null }
    expect(describeTarget({ ...idle, fallback_on: ['outage', 'rate_limit'] }, false)).toBe(
      'fallback on outage, rate limit',
    )
    const all: Target['fallback_on'] = ['outage', 'rate_limit', 'context_too_long', 'content_refused']
    expect(describeTarget({ ...idle, fallback_on: all }, false)).toBe('fallback on any failure')
  })
})

describe('describeAbsence', () => {
  it('says why a target is left alone, and until when', () => {
    expect(describeAbsence(healthy)).toBeUndefined()
    const open = { ...healthy, state: 'open', reason: '5 failures in a row', retry_in_ms: 4_200 } as const
    expect(stateOf(open)).toBe('left alone')
    expect(describeAbsence(open)).toBe('5 failures in a row. It is tried again in 5 s.')
    expect(describeAbsence({ ...open, state: 'half-open', retry_in_ms: 0 })).toBe(
      '5 failures in a row. The next call tries it again.',
    )
  })
})
