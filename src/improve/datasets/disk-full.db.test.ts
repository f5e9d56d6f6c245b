import { afterAll, afterEach, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createTestDatasets, type TestDatasets } from '../../../test/datasets.ts'
import { collectGarbage } from './collect-garbage.ts'
import type { Row } from './dataset.ts'
import { createTransferFolder } from './transfer/transfer-folder.ts'

setDefaultTimeout(120_000)

/**
 * A disk that is full, without rights to make one: the kernel refuses to let files of a process grow beyond its limit, in the very calls in
 * which it says that a disk is full. `/dev/full` says it itself.
 */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  const { status, stderr, error } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])
  if (status === 0) return
  throw new Error(`prlimit (util-linux) is needed for these tests: ${error?.message ?? stderr.toString()}`)
}

const usual = Array.from({ length: 50 }, (_, index) => ({ id: `usual-${index}`, text: 'x' }))
/** Rows that no compression makes small. */
const large = (name: string): Row[] =>
  Array.from({ length: 2_000 }, (_, index) => ({
    id: `${name}-${index}`,
    text: new Bun.CryptoHasher('sha512').update(`${name} ${index}`).digest('base64'),
  }))
const edit = { kind: 'edit' } as const

describe.skipIf(process.platform !== 'linux')('a disk that is full', () => {
  let store: TestDatasets

  beforeAll(async () => {
    store = await createTestDatasets({ settings: { memoryMegabytes: 64, spillMegabytes: 1_000 } })
  })
  afterEach(() => limitFiles(process.pid, 'unlimited'))
  afterAll(async () => {
    limitFiles(process.pid, 'unlimited')
    await store[Symbol.asyncDispose]()
  })

  async function make(name: string): Promise<void> {
    await store.datasets.create(store.caller, { name, definition: 'key: id\n' })
    await commit(name, usual)
    await collectGarbage(store.context, { graceMs: 0, isDryRun: false })
  }

  async function commit(dataset: string, upserts: Row[]) {
    const { datasets, caller } = store
    return await datasets.commit({ caller, dataset, message: '', source: edit, upserts })
  }

  const filesBelow = async (folder: string): Promise<string[]> => {
    const found = await readdir(path.join(store.folder, folder), { recursive: true, withFileTypes: true })
    return found
      .filter(entry => entry.isFile())
      .map(entry => path.join(entry.parentPath, entry.name))
      .sort()
  }

  /** What is there, wherever it lies: files of the object store, of work and of the cache; versions and the head. */
  async function state(name: string) {
    const { version } = await store.datasets.resolve('acme', name)
    const [rows] = await store.test.database.query<{ count: number }>(
      'SELECT count(*) AS count FROM dataset_versions',
    )
    return {
      head: version.number,
      versions: Number(rows?.count),
      objects: await filesBelow('objects'),
      work: await filesBelow('datasets/work'),
      cache: (await filesBelow('datasets/cache')).length,
    }
  }

  const failureOf = async (work: Promise<unknown>): Promise<{ code: string; message: string }> =>
    await work.then(
      () => {
        throw new Error('It did not fail.')
      },
      (error: unknown) => error as { code: string; message: string },
    )

  /** It fails and says what is full; nothing of it is there, nothing is left to collect, and the next try succeeds. */
  async function expectNothingOf(
    name: string,
    work: () => Promise<unknown>,
    names: string,
    { pid, bytes }: { pid: number; bytes: number },
  ): Promise<void> {
    const before = await state(name)
    limitFiles(pid, bytes)
    const failure = await failureOf(work())
    limitFiles(pid, 'unlimited')
    expect(failure).toMatchObject({ code: 'storage_unavailable' })
    expect(failure.message).toContain(names)
    expect(failure.message).not.toContain(store.folder)
    await collectGarbage(store.context, { graceMs: 0, isDryRun: false })
    expect(await state(name)).toEqual(before)
    await work()
    expect((await state(name)).head).toBe(before.head + 1)
  }

  const workerPid = (): number => store.workers.stats().pids[0] ?? 0

  it('keeps what of an upload has come, and lets it go on', async () => {
    const transfers = createTransferFolder(path.join(store.folder, 'transfers'))
    const bytes = Buffer.alloc(200_000, 'row\n')
    const stream = (from: number): ReadableStream<Uint8Array> =>
      new ReadableStream({
        start(controller) {
          for (let at = from; at < bytes.length; at += 10_000)
            controller.enqueue(new Uint8Array(bytes.subarray(at, at + 10_000)))
          controller.close()
        },
      })
    const limits = { mostBytes: 1_000_000 }
    limitFiles(process.pid, 65_536)
    const failure = await failureOf(transfers.append('acme', 'abc', 0, stream(0), limits))
    limitFiles(process.pid, 'unlimited')
    expect(failure.message).toContain('The folder of uploads is full')
    const has = (await transfers.sizeOf('acme', 'abc')) ?? 0
    expect(has).toBe(65_536)
    expect(await transfers.append('acme', 'abc', has, stream(has), limits)).toBe(bytes.length)
    expect(await Bun.file(await transfers.uploaded('acme', 'abc')).text()).toBe(bytes.toString())
    // and what the kernel says of a disk
    await symlink('/dev/full', path.join(store.folder, 'transfers/uploads/acme/full'))
    expect(await failureOf(transfers.append('acme', 'full', 0, stream(0), limits))).toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('no space is left on its disk'),
    })
  })

  it('publishes nothing where rows of a commit cannot be put aside', async () => {
    await make('aside')
    await expectNothingOf(
      'aside',
      async () => await commit('aside', large('aside')),
      'The folder in which rows are worked on is full',
      {
        pid: process.pid,
        bytes: 20_000,
      },
    )
  })

  it('publishes nothing where a data worker cannot write the segments', async () => {
    await make('staged')
    await expectNothingOf(
      'staged',
      async () => await commit('staged', large('staged')),
      'The folder in which rows are worked on is full',
      {
        pid: workerPid(),
        bytes: 20_000,
      },
    )
  })

  it('publishes nothing where a data worker cannot unpack a file or write its rows', async () => {
    const { datasets } = store
    const folder = path.join(store.folder, 'given')
    await mkdir(folder, { recursive: true })
    const lines = large('packed')
      .map(row => JSON.stringify(row))
      .join('\n')
    await writeFile(path.join(folder, 'rows.jsonl.gz'), gzipSync(lines))
    await writeFile(path.join(folder, 'rows.jsonl'), lines)
    for (const [name, says] of [
      ['rows.jsonl.gz', 'The folder in which the file is unpacked is full'],
      ['rows.jsonl', 'The folder in which rows are worked on is full'],
    ] as const) {
      const work = async () =>
        await datasets.withFolder(
          async into =>
            await datasets.runTask('import-file', {
              file: path.join(folder, name),
              name,
              format: undefined,
              delimiter: undefined,
              declared: {},
              known: undefined,
              folder: into,
            }),
        )
      await work()
      limitFiles(workerPid(), 20_000)
      const failure = await failureOf(work())
      limitFiles(workerPid(), 'unlimited')
      expect(failure).toMatchObject({ code: 'storage_unavailable', message: expect.stringContaining(says) })
      expect(await filesBelow('datasets/work')).toEqual([])
      expect(await work()).toMatchObject({ rows: 2_000 })
    }
  })

  it('says so where a data worker has nowhere to spill to', async () => {
    const sort = async () =>
      await store.datasets.runTask('query-versions', {
        sql: `SELECT count(*) FROM (SELECT i, md5(CAST(i AS VARCHAR)) AS h FROM range(3000000) r(i) ORDER BY h LIMIT 2900000) WHERE i >= 0`,
        tables: [],
        mostRows: 1,
        mostBytes: 1_000,
      })
    expect(await sort()).toMatchObject({ rows: [[2_900_000]] })
    limitFiles(workerPid(), 100_000)
    const failure = await failureOf(sort())
    limitFiles(workerPid(), 'unlimited')
    expect(failure).toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('The folder in which rows are worked on is full'),
    })
    expect(await filesBelow('datasets/work')).toEqual([])
  })

  it('publishes nothing where a segment does not get into the object store', async () => {
    await make('copied')
    // so that a removal vector gets into it, and the segment after it does not
    const rows = [{ id: 'usual-1', text: 'y' }, ...large('copied')]
    const { datasets, caller } = store
    const file = await stageParquet(rows)
    await expectNothingOf(
      'copied',
      async () =>
        await datasets.replace({
          caller,
          dataset: 'copied',
          message: '',
          source: edit,
          mode: 'upsert',
          staged: file,
        }),
      'The folder of the object store is full',
      { pid: process.pid, bytes: 20_000 },
    )
  })

  it('says so where the cache has no room for a segment, and reads it when there is some', async () => {
    await make('read')
    await commit('read', large('read'))
    const beside = await createTestDatasets({ beside: store })
    try {
      const count = async () => {
        const version = await beside.datasets.resolve('acme', 'read')
        return (await beside.datasets.readRows(version, { limit: 10 })).rows.length
      }
      limitFiles(process.pid, 20_000)
      const failure = await failureOf(count())
      limitFiles(process.pid, 'unlimited')
      expect(failure.message).toContain('The cache of segments is full')
      expect((await filesBelow('beside/cache')).filter(file => file.includes('partial'))).toEqual([])
      expect(await count()).toBe(10)
    } finally {
      await beside[Symbol.asyncDispose]()
    }
  })

  /** Rows as a data worker leaves them for a version, in a folder of their own. */
  async function stageParquet(rows: Row[]) {
    const { datasets } = store
    const folder = path.join(store.folder, 'staged')
    await mkdir(folder, { recursive: true })
    const given = path.join(folder, 'rows.jsonl')
    await writeFile(given, rows.map(row => JSON.stringify(row)).join('\n'))
    const { file, columns } = await datasets.runTask('import-file', {
      file: given,
      name: 'rows.jsonl',
      format: 'jsonl',
      delimiter: undefined,
      declared: {},
      known: undefined,
      folder,
    })
    return { file, columns }
  }
})
