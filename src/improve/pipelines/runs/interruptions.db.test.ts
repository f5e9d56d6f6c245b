import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createTestPipelines, type TestPipelines } from '../../../../test/pipelines.ts'
import { until } from '../../../../test/until.ts'
import type { StageKind } from '../stage-kind.ts'

setDefaultTimeout(60_000)

let isOpen = false
/** Does nothing until it may, here or as one that only follows what is done elsewhere. */
const waiting = (name: string, isElsewhere: boolean): StageKind => ({
  name,
  description: name,
  version: 1,
  parameters: z.strictObject({}),
  inputs: {},
  outputs: {},
  goesOnElsewhere: () => isElsewhere,
  async run({ signal }) {
    while (!isOpen) await sleep(20, undefined, { signal })
    return { kind: 'done', outputs: {} }
  },
})

let pipelines: TestPipelines

beforeAll(async () => {
  pipelines = await createTestPipelines({
    kinds: [waiting('here', false), waiting('elsewhere', true)],
    settings: { atOnce: 1 },
  })
})

afterAll(async () => {
  await pipelines[Symbol.asyncDispose]()
})

/** As when the server that works on a run is killed, and was the tenth time before. */
async function cutOff(id: string): Promise<void> {
  const { database } = pipelines.test
  await database.query('UPDATE pipeline_stages SET interruptions = 10 WHERE run_id = $1', [id])
  await database.query(
    `UPDATE pipeline_runs SET lease_owner = 'a server that was killed', lease_until = now() WHERE id = $1`,
    [id],
  )
}

const attemptsOf = async (id: string): Promise<string[]> =>
  (
    await pipelines.test.database.query<{ state: string }>(
      'SELECT state FROM pipeline_attempts WHERE run_id = $1 ORDER BY number',
      [id],
    )
  ).map(({ state }) => state)

describe('a stage that is cut off', () => {
  it('is given up after the tenth time, but for one that only follows what is done elsewhere', async () => {
    const text = (kind: string) => `pipeline: ${kind}\nstages:\n  work: { use: ${kind} }\n`
    const [here, elsewhere] = [await pipelines.begin(text('here')), await pipelines.begin(text('elsewhere'))]
    for (const id of [here, elsewhere]) {
      await until(async () => (await pipelines.stages(id))['work']?.state === 'running')
      await cutOff(id)
    }
    const ended = await pipelines.end(here)
    expect([ended.stages['work']?.error?.code, ended.stages['work']?.interruptions]).toEqual([
      'interrupted',
      11,
    ])
    await until(async () => (await attemptsOf(elsewhere)).length === 2)
    isOpen = true
    const followed = await pipelines.end(elsewhere)
    expect([followed.state, followed.stages['work']?.interruptions]).toEqual(['succeeded', 10])
    expect(await attemptsOf(elsewhere)).toEqual(['interrupted', 'succeeded'])
  })

  it('has not begun while it waits for a place', async () => {
    const gate = `${pipelines.folder}/gate`
    const text = (name: string, script: string) =>
      `pipeline: ${name}\nstages:\n  work: { use: command, cache: false, with: { command: [sh, -c, '${script}'] } }\n`
    const first = await pipelines.begin(text('first', `until test -e ${gate}; do sleep 0.05; done`))
    await until(async () => (await pipelines.stages(first))['work']?.state === 'running')
    const [second, third] = [
      await pipelines.begin(text('second', 'true')),
      await pipelines.begin(text('third', 'true')),
    ]
    const waits = async (id: string): Promise<boolean> => {
      const [row] = await pipelines.test.database.query<{ state: string; step: string }>(
        'SELECT state, step FROM pipeline_stages WHERE run_id = $1',
        [id],
      )
      return row?.state === 'waiting' && row.step === 'waits for a place'
    }
    await until(async () => (await waits(second)) && (await waits(third)))
    await cutOff(second)
    const owner = async (): Promise<string | undefined> =>
      (
        await pipelines.test.database.query<{ lease_owner: string }>(
          'SELECT lease_owner FROM pipeline_runs WHERE id = $1',
          [second],
        )
      )[0]?.lease_owner
    await until(async () => (await owner()) !== 'a server that was killed')
    const { pipelines: runs, principal } = pipelines
    const [row] = await pipelines.test.database.query<never>('SELECT * FROM pipeline_runs WHERE id = $1', [
      third,
    ])
    await runs.cancel({ principal, tenant: 'default', requestId: 'test' }, row!, 'not needed')
    expect((await pipelines.end(third)).stages['work']).toMatchObject({ state: 'cancelled', attempts: 0 })
    await Bun.write(gate, '')
    expect((await pipelines.end(second)).stages['work']).toMatchObject({
      state: 'succeeded',
      attempts: 1,
      interruptions: 10,
    })
    expect((await pipelines.end(first)).state).toBe('succeeded')
  })
})
