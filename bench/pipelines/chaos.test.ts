import { expect, it, setDefaultTimeout } from 'bun:test'
import { chaos } from './chaos.ts'

setDefaultTimeout(300_000)

it('ends every run, applies nothing twice and leaves nothing behind when server, worker, stage and Postgres are killed', async () => {
  const result = await chaos({
    runs: 2,
    kills: 4,
    work: '2',
    pauseMs: 1_000,
    random: () => 0.5,
    log: () => undefined,
  })
  expect(result).toMatchObject({
    runs: 2,
    succeeded: 2,
    stages: 12,
    appliedTwice: 0,
    begunTwice: 0,
    overlaps: 0,
    damagedArtifacts: 0,
    processesLeft: 0,
  })
  expect(result.kills.server).toBe(1)
})
