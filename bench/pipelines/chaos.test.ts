import { expect, it, setDefaultTimeout } from 'bun:test'
import { chaos } from './chaos.ts'

setDefaultTimeout(300_000)

it('ends every run, applies nothing twice and leaves nothing behind when server, worker, stage and Postgres are killed', async () => {
  const result = await chaos({
    open: 2,
    kills: 4,
    modelEvery: 0,
    work: '2',
    pauseMs: 1_000,
    random: () => 0.5,
    log: () => undefined,
  })
  expect(result.succeeded).toBe(result.runs)
  expect(result).toMatchObject({
    kills: { server: 1, worker: 1, stage: 1, postgres: 1 },
    appliedTwice: 0,
    begunTwice: 0,
    overlaps: 0,
    attemptsAtOnce: 0,
    damaged: 0,
    zombies: 0,
    processesLeft: 0,
  })
})
