import { describe, expect, it } from 'bun:test'
import { z } from 'zod'
import { createTestDatabase } from '../../../test/database.ts'
import { createJobs, defineJob } from './jobs.ts'
import type { Jobs } from './jobs.ts'
import { createLogger } from './logger.ts'

const logger = createLogger({ level: 'silent' })
const limitMs = 30_000

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsAtMs = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error('waited too long')
    await Bun.sleep(20)
  }
}

async function withJobs(url: string, work: (jobs: Jobs) => Promise<void>): Promise<void> {
  const jobs = createJobs({ url, logger })
  try {
    await work(jobs)
  } finally {
    await jobs.stop({ timeoutSeconds: 1 })
  }
}

describe('createJobs', () => {
  it('runs a job soon after it is sent, with its data as the schema gives it', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const seen: unknown[] = []
    await withJobs(test.url, async jobs => {
      jobs.register(
        defineJob({
          name: 'greet-tenant',
          schema: z.object({ id: z.string(), times: z.number().default(2) }),
          run: async data => void seen.push(data),
        }),
      )
      await jobs.start()
      const sentAtMs = performance.now()
      expect(await jobs.send('greet-tenant', { id: 'a' })).toBeString()
      await until(() => seen.length === 1)
      expect(performance.now() - sentAtMs).toBeLessThan(15_000)
    })
    expect(seen).toEqual([{ id: 'a', times: 2 }])
  }, 120_000)

  it('tries again what threw, keeps one of each key, and obeys the transaction', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    let runs = 0
    await withJobs(test.url, async jobs => {
      jobs.register({
        name: 'fail-once',
        schema: z.object({}),
        run: async () => {
          runs += 1
          if (runs === 1) throw new Error('first time')
        },
      })
      jobs.register({ name: 'wait-long', schema: z.object({}), run: async () => {} })
      await jobs.start()
      expect(await jobs.send('wait-long', {}, { key: 'one', startAfter: 600 })).toBeString()
      expect(await jobs.send('wait-long', {}, { key: 'one', startAfter: 600 })).toBeUndefined()
      expect(await jobs.send('wait-long', {}, { key: 'two', startAfter: 600 })).toBeString()
      await test.database
        .transaction(async transaction => {
          await jobs.send('fail-once', {}, { transaction })
          throw new Error('rolled back')
        })
        .catch(() => {})
      await test.database.transaction(transaction => jobs.send('fail-once', {}, { transaction }))
      await until(() => runs === 2)
    })
    expect(runs).toBe(2)
  }, 120_000)

  it('stops within its time, aborts what still runs, and runs it again after the next start', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const events: string[] = []
    const slow = (name: string) => ({
      name: 'work-slowly',
      schema: z.object({}),
      run: (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<void>((resolve, reject) => {
          events.push(`${name} runs`)
          if (name === 'second') resolve()
          signal.addEventListener('abort', () => {
            events.push(`${name} aborted`)
            reject(new Error('aborted'))
          })
        }),
    })
    await withJobs(test.url, async jobs => {
      jobs.register(slow('first'))
      await jobs.start()
      await jobs.send('work-slowly', {})
      await until(() => events.length === 1)
    })
    expect(events).toEqual(['first runs', 'first aborted'])
    await withJobs(test.url, async jobs => {
      jobs.register(slow('second'))
      await jobs.start()
      await until(() => events.includes('second runs'))
    })
  }, 120_000)

  it('keeps the schedules that are declared now, and no other', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const declare = (jobs: Jobs, name: string) => {
      jobs.register({ name, schema: z.object({}), run: async () => {} })
      jobs.schedule(name, '0 3 * * *')
    }
    const scheduled = () =>
      test.database.query<{ name: string; cron: string }>(
        'SELECT name, cron FROM jobs.schedule ORDER BY name',
      )
    await withJobs(test.url, async jobs => {
      declare(jobs, 'sweep-old')
      declare(jobs, 'sweep-new')
      await jobs.start()
    })
    expect(await scheduled()).toEqual([
      { name: 'sweep-new', cron: '0 3 * * *' },
      { name: 'sweep-old', cron: '0 3 * * *' },
    ])
    await withJobs(test.url, async jobs => {
      declare(jobs, 'sweep-new')
      await jobs.start()
    })
    expect(await scheduled()).toEqual([{ name: 'sweep-new', cron: '0 3 * * *' }])
  }, 120_000)

  it('brings a queue up to date whose job is declared otherwise, and touches no other', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const start = async (timeoutSeconds: number): Promise<void> => {
      await withJobs(test.url, async jobs => {
        const run = () => Promise.resolve()
        jobs.register({ name: 'sweep', schema: z.object({}), run, timeoutSeconds })
        jobs.register({ name: 'sweep-other', schema: z.object({}), run })
        jobs.schedule('sweep-other', '0 3 * * *', { of: 'all' })
        await jobs.start()
      })
    }
    const read = async () =>
      await test.database.query<{ name: string; expire_seconds: number; version: string }>(
        `SELECT name, expire_seconds, updated_on::text AS version FROM jobs.queue WHERE name LIKE 'sweep%'
         UNION ALL SELECT name, 0, updated_on::text FROM jobs.schedule ORDER BY name, expire_seconds DESC`,
      )
    await start(60)
    const before = await read()
    await start(120)
    const after = await read()
    expect(after.map(({ name, expire_seconds: limit }) => [name, limit])).toEqual([
      ['sweep', 120],
      ['sweep-other', 900],
      ['sweep-other', 0],
    ])
    expect(after.slice(1)).toEqual(before.slice(1))
  }, 120_000)

  it('refuses what no job takes', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    await withJobs(test.url, async jobs => {
      jobs.register({ name: 'greet-tenant', schema: z.object({ id: z.string() }), run: async () => {} })
      expect(jobs.send('greet-nobody', {})).rejects.toThrow('greet-nobody')
      expect(jobs.send('greet-tenant', { id: 1 })).rejects.toThrow()
      expect(jobs.send('greet-tenant', { id: 'a' })).rejects.toMatchObject({ code: 'not_ready' })
      expect(() => jobs.schedule('greet-tenant', '* * * * *', {})).toThrow()
    })
  })
})
