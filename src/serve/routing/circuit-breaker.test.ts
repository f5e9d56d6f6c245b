import { describe, expect, it } from 'bun:test'
import { CircuitBreaker } from './circuit-breaker.ts'

const config = { failures: 3, errorPercent: 50, openMs: 1_000 }

function tripped(): CircuitBreaker {
  const breaker = new CircuitBreaker(config)
  for (let failure = 0; failure < 3; failure += 1) breaker.fail(0, 'upstream_error')
  return breaker
}

describe('CircuitBreaker', () => {
  it('opens after failures in a row, and says why', () => {
    const breaker = new CircuitBreaker(config)
    breaker.fail(0, 'upstream_error')
    breaker.fail(1, 'upstream_error')
    expect(breaker.allows(1)).toBe(true)
    breaker.fail(2, 'upstream_timeout')
    expect(breaker.state(2)).toBe('open')
    expect(breaker.allows(2)).toBe(false)
    expect(breaker.reason).toBe('3 failures in a row, the last one upstream_timeout')
  })

  it('counts a success in between as an end of the row', () => {
    const breaker = new CircuitBreaker(config)
    for (let call = 0; call < 10; call += 1) {
      breaker.fail(call, 'upstream_error')
      breaker.fail(call, 'upstream_error')
      breaker.succeed(call)
      breaker.succeed(call)
      breaker.succeed(call)
    }
    expect(breaker.state(10)).toBe('closed')
  })

  it('opens where half of the last calls fail, although never three in a row', () => {
    const breaker = new CircuitBreaker(config)
    for (let call = 0; call < 10; call += 1) {
      breaker.succeed(call)
      breaker.fail(call, 'upstream_error')
    }
    expect(breaker.state(10)).toBe('open')
    expect(breaker.reason).toContain('50 % of 20 calls failed')
  })

  it('lets one call at a time try whether the target is back', () => {
    const breaker = tripped()
    expect(breaker.waitMs(400)).toBe(600)
    expect(breaker.state(1_000)).toBe('half-open')
    expect(breaker.allows(1_000)).toBe(true)
    breaker.begin(1_000)
    expect(breaker.allows(1_001)).toBe(false)
    breaker.succeed(1_050)
    expect(breaker.state(1_050)).toBe('closed')
    expect(breaker.allows(1_050)).toBe(true)
  })

  it('waits twice as long each time the probe fails, up to a minute', () => {
    const breaker = tripped()
    let now = 1_000
    const waits: number[] = []
    for (let probe = 0; probe < 8; probe += 1) {
      breaker.begin(now)
      breaker.fail(now, 'upstream_error')
      waits.push(breaker.waitMs(now))
      now += breaker.waitMs(now)
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })

  it('learns nothing from calls that were under way when it opened', () => {
    const breaker = tripped()
    breaker.fail(500, 'upstream_error')
    expect(breaker.waitMs(500)).toBe(500)
  })

  it('lets another probe through where one was lost', () => {
    const breaker = tripped()
    breaker.begin(1_000)
    expect(breaker.allows(1_999)).toBe(false)
    expect(breaker.allows(2_000)).toBe(true)
  })
})
