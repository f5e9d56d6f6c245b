import { describe, expect, it } from 'bun:test'
import { createIdleCapacity } from './idle-capacity.ts'

function capacityOf(queues: Readonly<Record<string, boolean>> = {}) {
  const clock = { nowMs: 0 }
  const capacity = createIdleCapacity({
    targetsOf: service => [{ key: `${service} m`, name: service }],
    isWaitedFor: key => queues[key],
    now: () => clock.nowMs,
  })
  return { capacity, clock }
}

type Capacity = ReturnType<typeof createIdleCapacity>

function see(capacity: Capacity, count: number, latencyMs: number, outputTokens = 100): void {
  for (let call = 0; call < count; call += 1)
    capacity.see({ target: 'chat', kind: 'chat', firstTokenMs: undefined, latencyMs, outputTokens })
}

describe('createIdleCapacity', () => {
  it('is idle where nobody of a higher class waits, or nobody could', () => {
    const { capacity } = capacityOf({ 'busy m': true, 'free m': false })
    expect(['busy', 'free', 'unbounded'].map(service => capacity.isIdle(service))).toEqual([
      false,
      true,
      true,
    ])
  })

  it('lets the queue of a target decide how many go at once where it has one', () => {
    const { capacity } = capacityOf({ 'chat m': false })
    see(capacity, 20, 100)
    capacity.begin('chat', 'one')
    capacity.begin('chat', 'one')
    see(capacity, 20, 900)
    expect(capacity.mayGrow('chat')).toBe('yes')
  })

  it('grows while calls are as fast as in quiet moments, and not when they get slow', () => {
    const { capacity, clock } = capacityOf()
    expect(capacity.mayGrow('chat')).toBe('unknown')
    see(capacity, 4, 100)
    expect(capacity.mayGrow('chat')).toBe('yes')
    const ends = [capacity.begin('chat', 'one'), capacity.begin('chat', 'one')]
    see(capacity, 20, 130)
    expect(capacity.mayGrow('chat')).toBe('yes')
    see(capacity, 20, 200)
    expect(capacity.mayGrow('chat')).toBe('no')
    for (const end of ends) end()
    // what lasts while it is quiet is how the target is now
    see(capacity, 60, 200)
    expect(capacity.mayGrow('chat')).toBe('yes')
    clock.nowMs += 60_000
    expect(capacity.mayGrow('chat')).toBe('unknown')
  })

  it('is not misled by long answers, which take longer by themselves', () => {
    const { capacity } = capacityOf()
    see(capacity, 20, 1_000, 100)
    see(capacity, 20, 8_000, 800)
    expect(capacity.mayGrow('chat')).toBe('yes')
  })

  it('sees what it does to the first tokens of others', () => {
    const { capacity } = capacityOf()
    const stream = (firstTokenMs: number) =>
      capacity.see({ target: 'chat', kind: 'other', firstTokenMs, latencyMs: 5_000, outputTokens: 50 })
    for (let call = 0; call < 20; call += 1) stream(80)
    capacity.begin('chat', 'one')
    capacity.begin('chat', 'one')
    see(capacity, 20, 100)
    for (let call = 0; call < 20; call += 1) stream(400)
    expect(capacity.mayGrow('chat')).toBe('no')
  })

  it('takes it for quiet while each of several batches has one line under way', () => {
    const { capacity } = capacityOf()
    capacity.begin('chat', 'one')
    capacity.begin('chat', 'two')
    see(capacity, 10, 100)
    expect(capacity.mayGrow('chat')).toBe('yes')
  })
})
