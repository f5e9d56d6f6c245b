import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { until } from '../../../../test/until.ts'
import { createLogger, createMetricsRegistry, Failure } from '../../../foundation/platform/index.ts'
import { createAudit } from '../../../govern/audit/index.ts'
import { category } from '../drift.fixture.ts'
import { openDrift } from '../open-drift.ts'
import type { DriftReports } from './drift-reports.ts'
import type { StoredReport } from './drift-report-store.ts'

const fixture = fileURLToPath(new URL('./report-worker.fixture.ts', import.meta.url))
const caller = { tenant: undefined, datasetTenant: 'acme', author: 'a key', keyId: undefined }
let shared: TestDatabase
/** Asks for reports and makes none. */
let reports: DriftReports
const children: ChildProcess[] = []

beforeAll(async () => {
  shared = await createTestDatabase()
  const { database } = shared
  const opened = openDrift({
    database,
    audit: createAudit({ database }),
    logger: createLogger({ level: 'silent' }),
    registry: createMetricsRegistry(),
    access: { visibleTenant: () => undefined, isAllowed: () => true },
    settings: () => ({ mostRows: 1_000, mostTexts: 1_000, retentionDays: 1 }),
    ports: {
      findVersion: (_, version) => Promise.resolve({ version, columns: [category('language')] }),
      withFolder: () => Promise.reject(new Error('Nothing is made here.')),
      compare: () => Promise.reject(new Error('Nothing is made here.')),
    },
  })
  ;({ reports } = opened)
  await opened.worker.stop(0)
}, 60_000)
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  await shared?.[Symbol.asyncDispose]()
})

/** As a server has it, in a process that can be killed; resolves with what it has said so far. */
async function maker(hangs: boolean): Promise<{ readonly child: ChildProcess; readonly said: () => string }> {
  const child = spawn(process.execPath, [fixture], {
    env: { ...process.env, DATABASE_URL: shared.url, ...(hangs && { HANGS: 'yes' }) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  let said = ''
  child.stdout?.on('data', chunk => void (said += String(chunk)))
  await until(() => said.includes('ready'))
  return { child, said: () => said }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGKILL')
  await gone
}

const ask = () =>
  reports.start(caller, { reference: { dataset: 'a@1' }, current: { dataset: 'a@2' }, seed: '0' })

async function read(id: string): Promise<StoredReport> {
  const found = await reports.find({ tenant: undefined, services: undefined }, id)
  if (!found) throw new Error('the report is gone')
  return found
}

async function audited(id: string): Promise<string[]> {
  const rows = await shared.database.query<{ action: string }>(
    'select action from audit_entries where subject = $1 order by id',
    [`drift-report:${id}`],
  )
  return rows.map(({ action }) => action)
}

const forgetLease = () => shared.database.query('update drift_reports set lease_until = now()')

describe('makers of reports that are killed', () => {
  it('leave nothing behind, while they compare or in the middle of the last write, and another makes the one report', async () => {
    const { database } = shared
    const { id } = await ask()
    const first = await maker(true)
    await until(() => first.said().includes('compares'))
    await kill(first.child)
    expect(await read(id)).toMatchObject({ state: 'running', tries: 1, report: undefined })
    await forgetLease()

    await database.transaction(async transaction => {
      await transaction.query('lock table audit_entries in exclusive mode')
      const second = await maker(false)
      // the report is written, and its transaction waits for the audit entry
      await until(async () => {
        const waiting = await transaction.query(
          `select pid from pg_locks where relation = 'audit_entries'::regclass and not granted`,
        )
        return waiting.length > 0
      })
      await kill(second.child)
    })
    expect(await read(id)).toMatchObject({ state: 'running', tries: 2, report: undefined })
    expect(await audited(id)).toEqual(['drift:report'])

    // this lease runs out by itself
    const third = await maker(false)
    await until(async () => (await read(id)).state === 'succeeded')
    expect(await read(id)).toMatchObject({ tries: 3, report: { columns: [{ name: 'language' }] } })
    expect(await audited(id)).toEqual(['drift:report', 'drift:reported'])
    await kill(third.child)
  }, 120_000)
})

describe('cancel', () => {
  it('ends a report at once, stops who makes it, and keeps nothing of it', async () => {
    const { id } = await ask()
    const { child, said } = await maker(true)
    await until(() => said().includes('compares'))
    expect((await reports.cancel(caller, id)).state).toBe('cancelled')
    await until(() => said().includes('stopped'))
    expect((await reports.cancel(caller, id)).state).toBe('cancelled')
    expect(await read(id)).toMatchObject({
      state: 'cancelled',
      tries: 1,
      report: undefined,
      error: undefined,
    })
    expect(await audited(id)).toEqual(['drift:report', 'drift:cancel'])
    await kill(child)
  }, 120_000)

  it('refuses what has ended', async () => {
    const { id } = await ask()
    const { child } = await maker(false)
    await until(async () => (await read(id)).state === 'succeeded')
    const refused = await reports.cancel(caller, id).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Failure)
    expect((refused as Failure).code).toBe('conflict')
    await kill(child)
  }, 120_000)
})
