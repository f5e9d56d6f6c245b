import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createTestDatasets, type TestDatasets } from '../../../../test/datasets.ts'
import { collectGarbage } from '../collect-garbage.ts'
import type { Row } from '../dataset.ts'
import type { Published } from '../datasets.ts'
import { until } from '../../../../test/until.ts'
import { mergeBranch } from '../merge.ts'
import { findTask } from '../stores/task-store.ts'
import type { DatasetTask } from '../task.ts'
import { exportTask } from '../transfer/export-task.ts'
import { importTask } from '../transfer/import-task.ts'
import { createTransferFolder, type TransferFolder } from '../transfer/transfer-folder.ts'
import { type ArchiveEntry, tarOf, zipOf } from './archives.fixture.ts'
import { readTar } from './read-tar.ts'

setDefaultTimeout(90_000)

let store: TestDatasets
let transfers: TransferFolder

beforeAll(async () => {
  store = await createTestDatasets()
  transfers = createTransferFolder(path.join(store.folder, 'transfers'))
  store.tasks.register(importTask(store.datasets, transfers, undefined))
  store.tasks.register(exportTask(store.datasets, store.context, transfers))
  store.tasks.run()
})

afterAll(async () => {
  await store?.[Symbol.asyncDispose]()
})

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

function noise(seed: string, length: number): Buffer {
  const pieces = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
    createHash('sha256').update(`${seed} ${block}`).digest(),
  )
  return Buffer.concat(pieces).subarray(0, length)
}

async function ended(task: DatasetTask): Promise<DatasetTask> {
  for (;;) {
    const now = await findTask(store.test.database, 'acme', task.id)
    if (now?.endedAt) return now
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function upload(content: Uint8Array): Promise<string> {
  const id = sha256(content).slice(0, 20) + sha256(String(Math.random())).slice(0, 20)
  await transfers.append('acme', id, 0, new Blob([content as Uint8Array<ArrayBuffer>]).stream(), {
    mostBytes: 100_000_000,
  })
  return id
}

interface Imported {
  readonly format: string
  readonly published: { readonly is_new: boolean; readonly stored_bytes: number } & Record<string, unknown>
}

async function importArchive(
  dataset: string,
  content: Uint8Array,
  parameters: Record<string, unknown> = {},
): Promise<Imported> {
  const task = await ended(
    await store.datasets.tasks.start(store.caller, {
      kind: 'import-file',
      dataset,
      parameters: {
        upload: await upload(content),
        file: 'files.tar',
        tenant: 'acme',
        mode: 'all',
        ...parameters,
      },
    }),
  )
  if (task.error) throw new Error(task.error.message)
  return task.result as Imported
}

async function exportFiles(reference: string, compression = 'none'): Promise<Map<string, Buffer>> {
  const [dataset = '', revision = 'main'] = reference.split('@')
  const task = await ended(
    await store.datasets.tasks.start(store.caller, {
      kind: 'export-file',
      dataset,
      parameters: { format: 'tar', revision, compression },
    }),
  )
  if (task.error) throw new Error(task.error.message)
  const file = path.join(transfers.exportFolder('acme', task.id), 'export')
  if (compression === 'gzip') await writeFile(file, gunzipSync(await readFile(file)))
  const found = new Map<string, Buffer>()
  for (const archived of readTar(file))
    found.set(
      archived.path,
      Buffer.concat(await Array.fromAsync(archived.read(), piece => Buffer.from(piece))),
    )
  return found
}

/** Why it was refused. */
async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('It was taken in.')
}

async function rowsOf(reference: string): Promise<Row[]> {
  const version = await store.datasets.resolve('acme', reference)
  return (await Array.fromAsync(store.datasets.scanRows(version))).map(({ row }) => row)
}

async function objectsOf(): Promise<string[]> {
  const found = await Array.fromAsync(store.objects.list('datasets/acme/'))
  return found.map(({ key }) => key)
}

async function collect(): Promise<Awaited<ReturnType<typeof collectGarbage>>> {
  return await collectGarbage(store.context, { graceMs: -1_000, isDryRun: false })
}

const large = noise('large', 3_000_000)
const pictures: ArchiveEntry[] = [
  {
    name: 'a/one.png',
    content: Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), noise('one', 5_000)]),
  },
  { name: 'a/two words — ü.txt', content: 'two' },
  { name: 'b/empty', content: '' },
  { name: 'b/same.txt', content: 'two' },
  { name: `${'deep/'.repeat(50)}large.bin`, content: large },
]
/** Hashes by path, in its order: what is compared is short where it differs. */
const sorted = (files: Iterable<[string, string | Uint8Array]>): [string, string][] =>
  [...files]
    .map(([name, content]): [string, string] => [name, sha256(content)])
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
const contentsOf = (entries: readonly ArchiveEntry[]): [string, string][] =>
  sorted(entries.map(({ name, content = '' }) => [name, content]))

describe('files of a dataset', () => {
  it('come back byte by byte, with what was found of them', async () => {
    const { published, format } = await importArchive('round', tarOf(pictures))
    expect(format).toBe('tar')
    expect(published).toMatchObject({ is_new: true, added: 5 })
    expect(sorted(await exportFiles('round'))).toEqual(contentsOf(pictures))
    expect(await rowsOf('round')).toContainEqual({
      path: 'a/one.png',
      bytes: 5_008,
      sha256: sha256(pictures[0]?.content ?? ''),
      media_type: 'image/png',
    })
    const folder = path.join(store.folder, 'written')
    await mkdir(folder)
    const version = await store.datasets.resolve('acme', 'round')
    const written = await store.datasets.writeFiles(version, folder, { where: `path LIKE 'a/%'` })
    expect(written).toMatchObject({ files: 2, bytes: 5_011 })
    expect(await readFile(path.join(folder, 'a/two words — ü.txt'), 'utf8')).toBe('two')
    expect(await readdir(folder)).toEqual(['a'])
  })

  it('are read from tar, packed or not, and from zip, and stored once', async () => {
    const before = await objectsOf()
    for (const [archive, dataset] of [
      [gzipSync(tarOf(pictures)), 'packed'],
      [zipOf(pictures), 'zipped'],
    ] as const) {
      const { published } = await importArchive(dataset, archive)
      expect(published.stored_bytes).toBe(0)
      expect(sorted(await exportFiles(dataset, 'gzip'))).toEqual(contentsOf(pictures))
    }
    expect(await objectsOf()).toEqual(before)
    expect((await importArchive('round', tarOf(pictures.toReversed()))).published.is_new).toBe(false)
  })

  it('cost a version what changed in them', async () => {
    const place = 1_500_000
    const inserted = Buffer.concat([large.subarray(0, place), noise('inserted', 100), large.subarray(place)])
    const changed = [...pictures.slice(0, 4), { name: pictures[4]?.name ?? '', content: inserted }]
    const { published } = await importArchive('round', tarOf(changed))
    expect(published).toMatchObject({ added: 0, changed: 1, removed: 0 })
    // a few chunks, their index and one row
    expect(published.stored_bytes).toBeLessThan(4 * 256 * 1024)
    expect(sorted(await exportFiles('round@2'))).toEqual(contentsOf(changed))
    expect(sorted(await exportFiles('round@1'))).toEqual(contentsOf(pictures))
  })

  it('take what a sidecar says of them, in a folder and below it', async () => {
    const entries = [
      { name: 'train/cat.txt', content: 'cat' },
      { name: 'train/dog.txt', content: 'dog' },
      { name: 'test/eel.txt', content: 'eel' },
      { name: 'none.txt', content: 'none' },
    ]
    const sidecars = [
      {
        name: 'train/metadata.jsonl',
        content:
          '{"file_name": "cat.txt", "label": "cat", "boxes": [[1, 2]]}\n{"file_name": "./dog.txt", "label": "dog"}\n',
      },
      { name: 'test/metadata.csv', content: 'file_name,label\neel.txt,eel\n' },
    ]
    await importArchive('labelled', tarOf([...entries, ...sidecars]))
    const rows = await rowsOf('labelled')
    expect(rows.map(({ path: name, label, boxes }) => [name, label, boxes])).toEqual([
      ['none.txt', null, null],
      ['test/eel.txt', 'eel', null],
      ['train/cat.txt', 'cat', [[1, 2]]],
      ['train/dog.txt', 'dog', null],
    ])
    const exported = await exportFiles('labelled')
    expect(exported.get('metadata.jsonl')?.toString().split('\n')[2]).toBe(
      '{"file_name":"train/cat.txt","label":"cat","boxes":[[1,2]]}',
    )
    const again = [...exported].map(([name, content]) => ({ name, content }))
    expect((await importArchive('labelled', tarOf(again))).published.is_new).toBe(false)

    expect(
      await reasonOf(
        importArchive(
          'stranger',
          tarOf([...entries, { name: 'metadata.csv', content: 'file_name,label\nx.txt,a\n' }]),
        ),
      ),
    ).toMatch('names files that are not there: "x.txt"')
    expect(
      await reasonOf(
        importArchive('nameless', tarOf([...entries, { name: 'metadata.csv', content: 'label\na\n' }])),
      ),
    ).toMatch('has no column `file_name`')
    expect(await store.datasets.find('acme', 'stranger')).toBeUndefined()
  })

  it('are named by a listing where the branch has them, and sent alone where they are new', async () => {
    const kept = ['train/cat.txt', 'none.txt']
    const listing = kept
      .map(name => JSON.stringify({ path: `moved/${name}`, sha256: sha256(path.basename(name, '.txt')) }))
      .join('\n')
    await importArchive('labelled', tarOf([{ name: 'new.txt', content: 'new' }]), {
      listing: await upload(Buffer.from(listing)),
    })
    expect(sorted(await exportFiles('labelled'))).toEqual(
      sorted([
        ['moved/none.txt', 'none'],
        ['moved/train/cat.txt', 'cat'],
        ['new.txt', 'new'],
      ]),
    )
    const unknown = JSON.stringify({ path: 'x', sha256: sha256('never sent') })
    expect(
      await reasonOf(
        importArchive('labelled', tarOf([{ name: 'new.txt', content: 'new' }]), {
          listing: await upload(Buffer.from(unknown)),
        }),
      ),
    ).toMatch('names 1 file whose content the branch does not have, e.g. "x"')
  })

  it('are edited and merged as rows, and a row has to name what is stored', async () => {
    const edit = async (upserts: Row[], branch = 'main'): Promise<Published> =>
      await store.datasets.commit({
        caller: store.caller,
        dataset: 'labelled',
        branch,
        message: 'by hand',
        source: { kind: 'edit' },
        upserts,
      })
    const file = { path: 'new.txt', bytes: 3, sha256: sha256('new'), media_type: 'text/plain' }
    const { version } = await edit([{ ...file, quality: 'good' }])
    await store.datasets.commit({
      caller: store.caller,
      dataset: 'labelled',
      branch: 'mine',
      parent: version.id,
      message: 'a copy',
      source: { kind: 'edit' },
      // its content is in another dataset of the tenant
      upserts: [
        { path: 'copy.txt', bytes: 3, sha256: sha256('two'), media_type: 'text/plain', quality: null },
      ],
    })
    await edit([{ ...file, path: 'again.txt', quality: 'new' }])
    await mergeBranch(store.context, {
      caller: store.caller,
      dataset: 'labelled',
      from: 'mine',
      into: 'main',
    })
    const exported = await exportFiles('labelled')
    expect([...exported.keys()].toSorted()).toEqual([
      'again.txt',
      'copy.txt',
      'metadata.jsonl',
      'moved/none.txt',
      'moved/train/cat.txt',
      'new.txt',
    ])
    expect(exported.get('copy.txt')?.toString()).toBe('two')
    expect(await reasonOf(edit([{ ...file, sha256: sha256('never sent') }]))).toMatch('is not stored')
    expect(await reasonOf(edit([{ ...file, bytes: 4 }]))).toMatch('not of the length')
    for (const bad of ['../up.txt', '/etc/x', 'a//b', 'a/./b', 'a\\b', ''])
      expect(await reasonOf(edit([{ ...file, path: bad }]))).toMatch('cannot be written into a folder')
    expect(await reasonOf(store.datasets.define(store.caller, 'labelled', 'key: path\n'))).toMatch(
      '`files` stays true',
    )
    expect(
      await reasonOf(importArchive('labelled', Buffer.from('{"a":1}\n'), { file: 'rows.jsonl' })),
    ).toMatch('is no tar and no zip')
  })

  it('leave nothing where the archive is hostile, and rows stay rows', async () => {
    const before = await objectsOf()
    expect(
      await reasonOf(
        importArchive(
          'hostile',
          tarOf([
            { name: 'ok', content: noise('ok', 40_000) },
            { name: '../bad', content: 'x' },
          ]),
        ),
      ),
    ).toMatch(/Entry 2 \(byte \d+,?\d+\): the name ".*bad" leads out/)
    const bomb = gzipSync(Buffer.concat([tarOf([{ name: 'zeros', content: Buffer.alloc(80_000_000) }])]))
    expect(await reasonOf(importArchive('hostile', bomb))).toMatch('more than 200 times')
    expect(await reasonOf(importArchive('hostile', gzipSync(tarOf(pictures)).subarray(0, 900)))).toMatch(
      'breaks off',
    )
    expect(await reasonOf(importArchive('hostile', tarOf([])))).toMatch('holds no file')
    expect(await store.datasets.find('acme', 'hostile')).toBeUndefined()
    expect(await objectsOf()).toEqual(before)
    await importArchive('plain-rows', Buffer.from('{"a":1}\n'), { file: 'rows.jsonl' })
    expect(await reasonOf(importArchive('plain-rows', tarOf(pictures)))).toMatch('is an archive of files')
  })
})

describe('an import that is cut short', () => {
  it('leaves nothing where the process that reads the archive is killed, and is begun anew', async () => {
    const entries = Array.from({ length: 3_000 }, (_, index) => ({
      name: `cut/${index}`,
      content: noise(`cut ${index}`, 3_000),
    }))
    const started = await store.datasets.tasks.start(store.caller, {
      kind: 'import-file',
      dataset: 'cut',
      parameters: { upload: await upload(tarOf(entries)), file: 'cut.tar', tenant: 'acme', mode: 'all' },
    })
    // the first megabyte of chunks lies there, and eight are to come
    const work = path.join(store.folder, 'datasets', 'work')
    await until(() => readdirSync(work).some(folder => existsSync(path.join(work, folder, 'pack-0'))), {
      everyMs: 2,
    })
    for (const pid of store.workers.stats().pids) process.kill(pid, 'SIGKILL')
    expect((await ended(started)).error?.code).toBe('data_worker_crashed')
    expect(await store.datasets.find('acme', 'cut')).toBeUndefined()
    await importArchive('cut', tarOf(entries))
    expect(sorted(await exportFiles('cut'))).toEqual(contentsOf(entries))
  })

  it('leaves packs that nothing names where it ends before it is published, and they are collected', async () => {
    const beside = await createTestDatasets({
      beside: store,
      gate: async () => await Promise.reject(new Error('The server ends here.')),
    })
    try {
      const content = noise('never published', 60_000)
      const file = path.join(store.folder, 'never.tar')
      await writeFile(file, tarOf([{ name: 'never', content }]))
      await beside.datasets.define(beside.caller, 'never', 'files: true')
      const before = await objectsOf()
      const { signal } = new AbortController()
      await beside.datasets.withFolder(async folder => {
        const read = await beside.datasets.readArchive({
          tenant: 'acme',
          dataset: 'never',
          branch: undefined,
          file,
          name: 'never.tar',
          listing: undefined,
          declared: {},
          folder,
          signal,
          progress: () => undefined,
        })
        const publication = beside.datasets.replace({
          caller: beside.caller,
          dataset: 'never',
          message: 'never',
          source: { kind: 'edit' },
          staged: { file: read.file, columns: read.columns },
          packs: read.packs,
        })
        expect(await reasonOf(publication)).toMatch('ends here')
      })
      // a segment, a pack and its index
      expect((await objectsOf()).length).toBe(before.length + 3)
      expect((await collect()).objects).toBeGreaterThanOrEqual(3)
      expect((await objectsOf()).length).toBeLessThanOrEqual(before.length)
    } finally {
      await beside.stop()
    }
  })
})

describe('collectGarbage', () => {
  it('deletes contents that no version needs, and writes a pack anew of which little is needed', async () => {
    const kept = Array.from({ length: 10 }, (_, index) => ({
      name: `kept-${index}`,
      content: noise(`kept ${index}`, 9_000),
    }))
    const lost = Array.from({ length: 40 }, (_, index) => ({
      name: `lost-${index}`,
      content: noise(`lost ${index}`, 9_000),
    }))
    const big = { name: 'big', content: noise('big', 700_000) }
    const all = [...kept, ...lost, big]
    await importArchive('packs', tarOf(all))
    const first = (await store.datasets.resolve('acme', 'packs')).version
    await importArchive('packs', tarOf([...kept, big]))
    // the branch needs all that it came from
    await collect()
    expect(sorted(await exportFiles('packs@1'))).toEqual(contentsOf(all))

    const heldBy = async (): Promise<number> => {
      const [row] = await store.test.database.query<{ bytes: number }>(
        `SELECT coalesce(sum(o.bytes), 0)::int AS bytes FROM dataset_objects o JOIN dataset_packs p ON p.tenant = o.tenant AND p.pack_object = o.object`,
      )
      return row?.bytes ?? 0
    }
    // another dataset needs some of it, and the history of this one goes
    await importArchive('packs-after', tarOf(kept))
    await store.test.database.query(
      `DELETE FROM dataset_refs WHERE dataset_id = (SELECT id FROM datasets WHERE name = 'packs')`,
    )
    const before = await heldBy()
    const found = await collect()
    expect(found.versions).toBe(2)
    expect(found.rewritten).toBe(1)
    const after = await heldBy()
    expect(before - after).toBe(40 * 9_000 + 700_000)
    expect(sorted(await exportFiles('packs-after'))).toEqual(contentsOf(kept))
    expect(sorted(await exportFiles('round@1'))).toEqual(contentsOf(pictures))
    expect(await reasonOf(store.datasets.resolve('acme', `packs@${first.number}`))).toMatch('no ')

    // what is imported again is stored again
    await importArchive('packs-back', tarOf(all))
    expect(sorted(await exportFiles('packs-back'))).toEqual(contentsOf(all))
    expect((await collect()).rewritten).toBe(0)
  })

  it('gives up where somebody needs what it has measured as not needed', async () => {
    const entries = Array.from({ length: 10 }, (_, index) => ({
      name: `r-${index}`,
      content: noise(`race ${index}`, 9_000),
    }))
    await importArchive('race', tarOf(entries))
    await importArchive('race-few', tarOf(entries.slice(0, 2)))
    await store.test.database.query(
      `DELETE FROM dataset_refs WHERE dataset_id = (SELECT id FROM datasets WHERE name = 'race')`,
    )
    const { runTask } = store.context
    let isDone = false
    const context = {
      ...store.context,
      runTask: (async (name: 'rewrite-pack', ...rest: never[]) => {
        const result = await (runTask as (...given: unknown[]) => Promise<unknown>)(name, ...rest)
        // between measuring and writing, another version comes that needs all of it
        if (!isDone) await importArchive('race-late', tarOf(entries))
        isDone = true
        return result
      }) as typeof runTask,
    }
    expect((await collectGarbage(context, { graceMs: -1_000, isDryRun: false })).rewritten).toBe(0)
    expect(isDone).toBe(true)
    expect(sorted(await exportFiles('race-late'))).toEqual(contentsOf(entries))
    expect(sorted(await exportFiles('race-few'))).toEqual(contentsOf(entries.slice(0, 2)))
  })

  it('notices content that is damaged where it lies', async () => {
    await importArchive('damaged', tarOf([{ name: 'x', content: noise('damaged', 50_000) }]))
    const version = await store.datasets.resolve('acme', 'damaged')
    const [row] = await store.test.database.query<{ pack_object: string }>(
      `SELECT p.pack_object FROM dataset_packs p JOIN dataset_version_objects v ON v.object = p.index_object WHERE v.version_id = $1`,
      [version.version.id],
    )
    await store.context.cache.hold('acme', [row?.pack_object ?? ''], async ([file = '']) => {
      const bytes = await readFile(file)
      bytes[100] = (bytes[100] ?? 0) ^ 1
      await writeFile(file, bytes)
      await Promise.resolve()
    })
    expect(await reasonOf(exportFiles('damaged'))).toMatch('damaged where it is stored')
  })
})
