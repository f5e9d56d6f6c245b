import { describe, expect, it } from 'bun:test'
import { Pace } from './pace.ts'

function paceAt(most: number) {
  const clock = { nowMs: 0 }
  return {
    clock,
    pace: new Pace(
      () => most,
      () => clock.nowMs,
    ),
  }
}

function speedUp(pace: Pace, times: number): void {
  for (let time = 0; time < times; time += 1) pace.speedUp()
}

describe('Pace', () => {
  it('lets one more go after each round, up to the most', () => {
    const { pace } = paceAt(4)
    expect(pace.allowed).toBe(1)
    speedUp(pace, 1)
    expect(pace.allowed).toBe(2)
    speedUp(pace, 3)
    expect(pace.allowed).toBe(3)
    speedUp(pace, 100)
    expect(pace.allowed).toBe(4)
  })

  it('halves where there is no room, once for those that are refused together', () => {
    const { clock, pace } = paceAt(16)
    speedUp(pace, 500)
    for (let refused = 0; refused < 16; refused += 1) pace.slowDown(undefined)
    expect(pace.allowed).toBe(8)
    clock.nowMs += 60_000
    pace.slowDown(undefined)
    expect(pace.allowed).toBe(4)
    for (let refused = 0; refused < 10; refused += 1) {
      clock.nowMs += 60_000
      pace.slowDown(undefined)
    }
    expect(pace.allowed).toBe(1)
  })

  it('halves where its target gets slow, once for those that were under way together', () => {
    const { pace } = paceAt(16)
    speedUp(pace, 500)
    pace.giveWay()
    expect(pace.allowed).toBe(8)
    for (let slow = 0; slow < 7; slow += 1) pace.giveWay()
    expect(pace.allowed).toBe(8)
    pace.giveWay()
    expect(pace.allowed).toBe(4)
  })

  it('follows a bound that is lowered while it runs', () => {
    const bound = { most: 16 }
    const pace = new Pace(() => bound.most)
    speedUp(pace, 500)
    bound.most = 2
    expect(pace.allowed).toBe(2)
  })

  it('waits as long as a refusal asks, not at all when it is held, and ends with the signal', async () => {
    const pace = new Pace(() => 16)
    const signal = new AbortController()
    const from = performance.now()
    pace.slowDown(0.2)
    await pace.wait(signal.signal, () => false)
    expect(performance.now() - from).toBeGreaterThanOrEqual(190)
    pace.slowDown(20)
    await pace.wait(signal.signal, () => true)
    setTimeout(() => signal.abort(new Error('lost')), 20)
    const ended: unknown = await pace.wait(signal.signal, () => false).catch((error: unknown) => error)
    expect(ended).toEqual(new Error('lost'))
    expect(performance.now() - from).toBeLessThan(30_000)
  })
})
