import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import { createTestDatasets, type TestDatasets } from '../../../test/datasets.ts'
import { until } from '../../../test/until.ts'
import { collectGarbage } from './collect-garbage.ts'
import type { Row } from './dataset.ts'
import type { GateOutcome, PublishGate } from './datasets.ts'
import { queryDatasets } from './query.ts'

setDefaultTimeout(120_000)

const edit = { kind: 'edit' } as const
const fine: GateOutcome = { profile: null, summaries: [], details: null }
let gate: PublishGate = () => Promise.resolve(fine)
let store: TestDatasets

beforeAll(async () => {
  store = await createTestDatasets({ gate: async (candidate, context) => await gate(candidate, context) })
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

async function make(name: string, upserts: Row[], definition = 'key: id\n'): Promise<void> {
  const { datasets, caller } = store
  await datasets.create(caller, { name, definition })
  await datasets.commit({ caller, dataset: name, message: 'first', source: edit, upserts })
}

async function commit(name: string, upserts: Row[], more: { parent?: string; branch?: string } = {}) {
  const { datasets, caller } = store
  return await datasets.commit({ caller, dataset: name, message: '', source: edit, upserts, ...more })
}

async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as { code: string; message: string },
  )
  if (!error) throw new Error('It did not fail.')
  return error
}

async function rowsOf(reference: string): Promise<Row[]> {
  const version = await store.datasets.resolve('acme', reference)
  return (await Array.fromAsync(store.datasets.scanRows(version))).map(({ row }) => row)
}

describe('publish', () => {
  it('lets one of two commits at once win, and tells the other how to merge', async () => {
    await make('race', [{ id: 'a', n: 1 }])
    // neither is published before both are staged
    let staged = 0
    const { promise: bothAreStaged, resolve } = Promise.withResolvers<void>()
    gate = async () => {
      staged += 1
      if (staged === 2) resolve()
      await bothAreStaged
      return fine
    }
    const outcomes = await Promise.allSettled([
      commit('race', [{ id: 'a', n: 2 }]),
      commit('race', [{ id: 'a', n: 3 }]),
    ])
    gate = () => Promise.resolve(fine)
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(lost.reason).toMatchObject({ code: 'conflict' })
    expect(String(lost.reason)).toContain('slipway dataset merge race')
    // as it is told: on a branch of its own, from where it began
    const { version } = await store.datasets.resolve('acme', 'race@1')
    const aside = await commit('race', [{ id: 'a', n: 3 }], { branch: 'mine', parent: version.id })
    expect(aside.version.manifest.parents).toEqual([version.id])
    expect(await failureOf(commit('race', [{ id: 'b' }], { parent: version.id }))).toMatchObject({
      code: 'conflict',
    })
  })

  it('publishes nothing that a check of severity error fails, and keeps its report', async () => {
    await make('gated', [{ id: 'a' }])
    gate = () =>
      Promise.resolve({
        ...fine,
        summaries: [{ check: 'unique', severity: 'error', outcome: 'failed', rows: 3 }],
      })
    const failure = await failureOf(commit('gated', [{ id: 'b' }]))
    gate = () => Promise.resolve(fine)
    expect(failure).toMatchObject({ code: 'checks_failed' })
    expect(failure.message).toContain('unique (3 rows)')
    expect(await rowsOf('gated')).toEqual([{ id: 'a' }])
    const [report] = await store.test.database.query(
      'SELECT is_refused, version_id FROM dataset_reports WHERE is_refused',
    )
    expect(report).toEqual({ is_refused: true, version_id: null })
  })

  it('leaves no half version where it ends in the middle, and what was staged is collected', async () => {
    await make('cut', [{ id: 'a' }])
    await collectGarbage(store.context, { graceMs: 0, isDryRun: false })
    const before = (await Array.fromAsync(store.objects.list('datasets/'))).length
    gate = () => Promise.reject(new Error('the server ends here'))
    await failureOf(commit('cut', [{ id: 'never seen' }]))
    gate = () => Promise.resolve(fine)
    expect((await Array.fromAsync(store.objects.list('datasets/'))).length).toBe(before + 1)
    expect(await rowsOf('cut')).toEqual([{ id: 'a' }])
    // not while it is young: it may be about to be published
    expect(await collectGarbage(store.context, { graceMs: 3_600_000, isDryRun: false })).toMatchObject({
      objects: 0,
    })
    expect(await collectGarbage(store.context, { graceMs: 0, isDryRun: false })).toMatchObject({ objects: 1 })
    expect((await Array.fromAsync(store.objects.list('datasets/'))).length).toBe(before)
    expect(await commit('cut', [{ id: 'b' }])).toMatchObject({ isNew: true, added: 1 })
  })

  it('says so where the data worker is killed in the middle, and works again afterwards', async () => {
    await make('killed', [{ id: 'a' }])
    const work = store.datasets.withFolder(async folder => {
      const version = await store.datasets.resolve('acme', 'killed')
      return await store.datasets.withFiles([version], async ([files]) =>
        store.datasets.runTask('query-versions', {
          sql: 'SELECT count(*) FROM range(100000) a, range(100000) b WHERE a.range + b.range = 7',
          tables: [{ name: path.basename(folder), files: files }],
          mostRows: 1,
          mostBytes: 1_000,
        }),
      )
    })
    const failure = failureOf(work)
    await until(() => store.workers.stats().running === 1 && store.workers.stats().pids.length > 0)
    for (const pid of store.workers.stats().pids) process.kill(pid, 'SIGKILL')
    expect(await failure).toMatchObject({ code: 'data_worker_crashed' })
    expect(await rowsOf('killed')).toEqual([{ id: 'a' }])
  })

  it('stops what nobody waits for any more', async () => {
    const stopping = new AbortController()
    const work = failureOf(
      store.datasets.runTask(
        'query-versions',
        {
          sql: 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7',
          tables: [],
          mostRows: 1,
          mostBytes: 1_000,
        },
        { signal: stopping.signal, progress: () => stopping.abort(new Error('gone')) },
      ),
    )
    expect((await work).message).toBe('gone')
    await until(() => store.workers.stats().running === 0)
  })

  it('names rows and columns that cannot be taken', async () => {
    await make(
      'strict',
      [{ id: 'a', n: 1, at: '2026-01-01T00:00:00Z' }],
      'key: id\ncolumns: { id: {}, n: { type: integer }, at: { type: timestamp } }\n',
    )
    const wrong: [Row[], string][] = [
      [
        [
          { id: 'b', n: 1 },
          { id: 'c', n: 'two' },
        ],
        'Row 2, column `n` holds the text "two" where the column is of type integer',
      ],
      [[{ id: 'b', at: 'yesterday' }], 'Row 1, column `at` holds the text "yesterday"'],
      [[{ id: null, n: 1 }], 'no value in the key'],
      [[{ id: 'b' }, { id: 'b' }], 'in rows 1, 2'],
      [[{ id: 'b', _hash: 'x' }], 'must not begin with _'],
    ]
    for (const [rows, words] of wrong)
      expect((await failureOf(commit('strict', rows))).message).toContain(words)
    expect(await rowsOf('strict@main')).toHaveLength(1)
    expect((await failureOf(store.datasets.resolve('acme', 'strikt'))).message).toContain(
      'Did you mean `strict`?',
    )
    expect((await failureOf(store.datasets.resolve('globex', 'strict'))).message).toContain(
      'globex has no dataset',
    )
  })

  it('names rows without a key by their content, and keeps copies apart', async () => {
    const { datasets, caller } = store
    await make('bag', [{ text: 'x' }, { text: 'y' }, { text: 'x' }], '')
    const version = await datasets.resolve('acme', 'bag')
    const rows = await Array.fromAsync(datasets.scanRows(version))
    expect(rows.map(({ row }) => String(row['text'])).sort()).toEqual(['x', 'x', 'y'])
    expect(new Set(rows.map(({ key }) => key)).size).toBe(3)
    const copy = rows.find(({ key }) => key.endsWith('.1'))!
    await datasets.commit({ caller, dataset: 'bag', message: '', source: edit, deletes: [copy.key] })
    expect((await rowsOf('bag')).map(row => String(row['text'])).sort()).toEqual(['x', 'y'])
  })

  it('stores what changed and where, and unchanged rows once, also for another dataset', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => ({
      id: index,
      text: `row ${index} ${Bun.hash(String(index)).toString(36).repeat(20)}`,
    }))
    await make('large', rows)
    const first = await store.datasets.resolve('acme', 'large')
    const whole = first.version.manifest.segments.reduce((sum, { bytes }) => sum + bytes, 0)
    const changed = rows.filter(({ id }) => id % 100 === 7).map(row => ({ ...row, text: `${row.text}!` }))
    const second = await commit('large', changed)
    expect(second).toMatchObject({ changed: 30, added: 0, removed: 0 })
    // a small file has a footer of its own, which weighs nothing beside a real one
    expect(second.storedBytes).toBeLessThan(whole * 0.04)
    const { datasets, caller } = store
    await datasets.create(caller, { name: 'twin', definition: 'key: id\n' })
    const twin = await datasets.commit({ caller, dataset: 'twin', message: '', source: edit, upserts: rows })
    expect(twin.storedBytes).toBe(0)
    expect(twin.version.manifest.contentHash).toBe(first.version.manifest.contentHash)
  })

  it('writes a segment anew once most of it is gone', async () => {
    const rows = Array.from({ length: 60 }, (_, id) => ({ id, n: id }))
    await make('shrunk', rows)
    const { datasets, caller } = store
    const gone = rows.slice(0, 40).map(({ id }) => `[${id}]`)
    const published = await datasets.commit({
      caller,
      dataset: 'shrunk',
      message: '',
      source: edit,
      deletes: gone,
    })
    expect(published.version.manifest.segments).toEqual([expect.objectContaining({ rows: 20 })])
    for (let index = 0; index < 18; index += 1) await commit('shrunk', [{ id: 100 + index, n: 0 }])
    const { version } = await datasets.resolve('acme', 'shrunk')
    expect(version.manifest.rows).toBe(38)
    expect(version.manifest.segments.length).toBeLessThan(10)
  })
})

describe('query', () => {
  const query = async (sql: string, mostRows = 100) =>
    await queryDatasets(store.context, store.datasets, { tenant: 'acme', sql, mostRows, timeoutMs: 60_000 })

  it('reads several versions side by side, splits among them', async () => {
    await make(
      'asked',
      Array.from({ length: 40 }, (_, id) => ({ id, label: id % 2 === 0 ? 'even' : 'odd', meta: { n: id } })),
      'key: id\nsplits: { parts: { train: 50, test: 50 } }\n',
    )
    await commit('asked', [{ id: 0, label: 'zero', meta: null }])
    const { rows, versions } = await query(
      `SELECT a.label, b.label, a.meta->>'n' FROM "asked@1" AS a JOIN asked AS b USING (id) WHERE a.label <> b.label`,
    )
    expect(rows).toEqual([['even', 'zero', '0']])
    expect(versions.map(({ number }) => String(number)).sort()).toEqual(['1', '2'])
    const parts = await query(
      `SELECT (SELECT count(*) FROM "asked@1:train"), (SELECT count(*) FROM "asked@1:test"), (SELECT count(*) FROM "asked@1" WHERE _split = 'train')`,
    )
    const [train, test, again] = parts.rows[0] as number[]
    expect(train! + test!).toBe(40)
    expect(again).toBe(train)
    expect(await query('SELECT * FROM "asked@1"', 7)).toMatchObject({ isCut: true })
  })

  it('reaches nothing but the versions that it names', async () => {
    const refused = [
      `SELECT * FROM read_text('/etc/passwd')`,
      `SELECT * FROM read_parquet('${store.folder}/datasets/cache/acme/*.parquet')`,
      `SELECT * FROM '/etc/passwd'`,
      `COPY (SELECT 1) TO '/tmp/slipway-query-escape'`,
      `SELECT 1; DROP TABLE x`,
      `SET memory_limit = '100GB'`,
      `ATTACH '/tmp/slipway-query-escape.db'`,
      `INSTALL httpfs`,
      `SELECT * FROM read_csv('http://127.0.0.1:1/x')`,
      `UPDATE "asked@1" SET label = ''`,
      `SELECT * FROM "other@1"`,
      `SELEKT 1`,
    ]
    for (const sql of refused) {
      const { code, message } = await failureOf(query(sql))
      expect([
        sql,
        code === 'invalid_request' || code === 'not_found',
        message.includes(store.folder),
      ]).toEqual([sql, true, sql.includes(store.folder)])
    }
    const elsewhere = queryDatasets(store.context, store.datasets, {
      tenant: 'globex',
      sql: 'SELECT * FROM "asked@1"',
      mostRows: 1,
      timeoutMs: 60_000,
    })
    expect(await failureOf(elsewhere)).toMatchObject({ code: 'not_found' })
  })
})
