import { describe, expect, it } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Backlog } from './backlog.ts'
import type { BacklogOptions } from './backlog.ts'

/** A backlog of numbers whose `send` does as told, with all that was seen of it. */
function create(given: Partial<BacklogOptions<number>> = {}) {
  const sent: number[][] = []
  const losses: Record<string, number> = {}
  const retries: number[] = []
  let failures = 0
  const backlog = new Backlog<number>({
    maxItems: 100,
    maxBytes: 1_000_000,
    batchItems: 10,
    batchBytes: 1_000_000,
    intervalMs: 20,
    send: async batch => {
      await sleep(1)
      if (failures > 0) {
        failures -= 1
        throw new Error('away')
      }
      sent.push([...batch])
    },
    onLost: (cause, count) => (losses[cause] = (losses[cause] ?? 0) + count),
    onRetry: (_, attempt) => retries.push(attempt),
    ...given,
  })
  return { backlog, sent, losses, retries, fail: (times: number) => (failures = times) }
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < 3_000 && !isTrue(); round += 1) await sleep(10)
}

describe('Backlog', () => {
  it('sends what came within the interval together, in order', async () => {
    const { backlog, sent } = create()
    for (const item of [1, 2, 3]) backlog.add(item, 1)
    expect(sent).toEqual([])
    await eventually(() => sent.length > 0)
    expect(sent).toEqual([[1, 2, 3]])
    expect(backlog.length).toBe(0)
    expect(backlog.bytes).toBe(0)
  })

  it('does not wait for the interval once a batch is full', async () => {
    const { backlog, sent } = create({ intervalMs: 60_000 })
    for (let item = 0; item < 25; item += 1) backlog.add(item, 1)
    await eventually(() => sent.length > 1)
    expect(sent.map(batch => batch.length)).toEqual([10, 10])
    expect(await backlog.flush(1_000)).toBe(true)
    expect(sent.flat()).toEqual(Array.from({ length: 25 }, (_, item) => item))
  })

  it('limits batches by bytes too, yet sends an item of any size', async () => {
    const { backlog, sent } = create({ batchBytes: 100 })
    for (const bytes of [60, 60, 500, 30, 30]) backlog.add(bytes, bytes)
    await backlog.flush(1_000)
    expect(sent).toEqual([[60], [60], [500], [30, 30]])
  })

  it('counts exactly what its bounds turn away', () => {
    const { backlog, losses } = create()
    for (let item = 0; item < 130; item += 1) backlog.add(item, 1)
    expect(backlog.length).toBe(100)
    expect(losses).toEqual({ queue_full: 30 })

    const narrow = create({ maxBytes: 1_000 })
    narrow.backlog.add(1, 900)
    narrow.backlog.add(2, 101)
    narrow.backlog.add(3, 100)
    expect(narrow.backlog.length).toBe(2)
    expect(narrow.losses).toEqual({ queue_full: 1 })
  })

  it('keeps the same items in order while sending fails, and sends each once', async () => {
    const { backlog, sent, retries, fail, losses } = create()
    fail(2)
    for (let item = 0; item < 35; item += 1) backlog.add(item, 1)
    expect(await backlog.flush(5_000)).toBe(true)
    expect(retries).toEqual([1, 2])
    expect(sent.flat()).toEqual(Array.from({ length: 35 }, (_, item) => item))
    expect(losses).toEqual({})
  })

  it('says when a flush could not finish in time, and keeps what is left', async () => {
    const { backlog, fail } = create()
    fail(1_000)
    backlog.add(1, 1)
    expect(await backlog.flush(50)).toBe(false)
    expect(backlog.length).toBe(1)
    fail(0)
    expect(await backlog.flush(5_000)).toBe(true)
  })

  it('sends what is left when it stops, and turns away what comes later', async () => {
    const { backlog, sent, losses } = create({ intervalMs: 60_000 })
    backlog.add(1, 1)
    await backlog.stop(1_000)
    backlog.add(2, 1)
    expect(sent).toEqual([[1]])
    expect(losses).toEqual({ stopped: 1 })
  })

  it('gives up at stop what cannot be sent in time, and counts it', async () => {
    const { backlog, losses, fail } = create()
    fail(1_000)
    for (let item = 0; item < 7; item += 1) backlog.add(item, 1)
    await backlog.stop(50)
    expect(losses).toEqual({ shutdown: 7 })
    expect(backlog.length).toBe(0)
  })

  it('stays correct over many rounds of adding while sending', async () => {
    const { backlog, sent, losses, fail } = create({ maxItems: 100_000, batchItems: 97, intervalMs: 1 })
    fail(1)
    for (let item = 0; item < 12_000; item += 1) {
      backlog.add(item, 10)
      if (item % 500 === 0) await sleep(1)
    }
    expect(await backlog.flush(20_000)).toBe(true)
    expect(sent.flat()).toEqual(Array.from({ length: 12_000 }, (_, item) => item))
    expect(backlog.bytes).toBe(0)
    expect(losses).toEqual({})
  })
})
