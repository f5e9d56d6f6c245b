import { describe, expect, it } from 'bun:test'
import { soak } from '../../bench/soak/soak.ts'

describe('two replicas under mixed load', () => {
  it('lose no row, hold nothing when everybody has left, and close their breakers again', async () => {
    const result = await soak({
      replicas: 2,
      clients: 30,
      requestsPerSecond: 60,
      seconds: 10,
      warmUpSeconds: 2,
      sampleSeconds: 1,
      reloadSeconds: 2,
      restSeconds: 0,
      seed: 11,
      log: () => undefined,
    })
    expect(result.reloads).toBeGreaterThan(2)
    expect(result.outcomes['ok']).toBeGreaterThan(50)
    // it has seen trouble: clients that leave, streams that break, limits that hold, upstreams that fail
    const seen = Object.keys(result.outcomes).map(outcome => outcome.replace(/ .*/, ''))
    expect(seen).toEqual(expect.arrayContaining(['client', 'broken', '429', '502']))
    expect(result.rows).toMatchObject({
      answeredWithoutEntry: 0,
      withoutInference: 0,
      entriesTwice: 0,
      leased: 0,
    })
    expect(result.rows.windowNanoUsd).toBe(result.rows.entriesNanoUsd)
    expect(result.countedLosses).toBe(0)
    expect(result.idle).toMatchObject({ inFlight: 0, ledgerWaiting: 0, openBreakers: 0 })
    expect(result.faults).toEqual([])
  }, 300_000)
})
