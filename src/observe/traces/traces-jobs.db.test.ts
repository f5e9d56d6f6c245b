import { describe, expect, it } from 'bun:test'
import { createTestDatabase } from '../../../test/database.ts'
import { createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import { dropOldInferences } from './traces-jobs.ts'
import { sampleInference } from './sample-inference.ts'
import { createTraces } from './traces.ts'

const logger = createLogger({ level: 'silent' })
const dayMs = 86_400_000
const todayMs = Date.UTC(2026, 2, 10, 12)

describe('drop-old-inferences', () => {
  it('drops the days past retention whole, with content and feedback, and keeps rollups twice as long', async () => {
    await using test = await createTestDatabase()
    const { database } = test
    const traces = createTraces({
      database,
      logger,
      metrics: createMetricsRegistry(),
      options: { retentionDays: () => 30, now: () => todayMs },
    })
    const content = { request: 'a', response: 'b' }
    const ages = [0, 1, 6, 7, 8, 13, 14, 15, 20]
    for (const age of ages) traces.record(sampleInference({ startedAtMs: todayMs - age * dayMs, content }))
    await traces.stop()

    const job = dropOldInferences({ database, retentionDays: () => 7, now: () => todayMs })
    const run = async () => await job.run({}, { jobId: 'job', logger, signal: new AbortController().signal })
    await run()
    await run()

    const days = async (table: string) =>
      (
        await database.query<{ name: string }>(
          'select relname as name from pg_class where relname like $1 and relkind = $2 order by 1',
          [`${table}\\_2026____`, 'r'],
        )
      ).map(row => row.name.slice(-8))
    const kept = ['20260303', '20260304', '20260309', '20260310', '20260311', '20260312']
    expect(await days('inferences')).toEqual(kept)
    expect(await days('inference_contents')).toEqual(kept)
    expect(await days('inference_feedback')).toEqual(kept)
    expect(await days('inference_rollups')).toEqual(['20260224', '20260225', '20260302', ...kept])
    expect((await database.query('select id from inferences')).length).toBe(4)
    expect((await database.query('select inference_id from inference_contents')).length).toBe(4)
  })

  it('has nothing to do in an empty installation', async () => {
    await using test = await createTestDatabase()
    const job = dropOldInferences({ database: test.database, retentionDays: () => 1 })
    await job.run({}, { jobId: 'job', logger, signal: new AbortController().signal })
    expect(await test.database.query('select id from inferences')).toEqual([])
  })
})
