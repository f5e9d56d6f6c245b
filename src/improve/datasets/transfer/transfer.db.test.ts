import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createTestDatasets, type TestDatasets } from '../../../../test/datasets.ts'
import type { Row } from '../dataset.ts'
import type { FileFormat } from '../formats/format.ts'
import { findTask } from '../stores/task-store.ts'
import type { DatasetTask } from '../task.ts'
import { exportTask } from './export-task.ts'
import { importTask } from './import-task.ts'
import { createTransferFolder, type TransferFolder } from './transfer-folder.ts'

setDefaultTimeout(120_000)

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
  await store[Symbol.asyncDispose]()
})

async function upload(content: string | Uint8Array): Promise<string> {
  const id = createHash('sha256').update(content).update(String(Math.random())).digest('hex')
  await transfers.append('acme', id, 0, new Blob([content as Uint8Array<ArrayBuffer>]).stream(), {
    mostBytes: 100_000_000,
  })
  return id
}

async function ended(task: DatasetTask): Promise<DatasetTask> {
  for (;;) {
    const now = await findTask(store.test.database, 'acme', task.id)
    if (now?.endedAt) return now
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function importRows(
  dataset: string,
  content: string | Uint8Array,
  parameters: Record<string, unknown> = {},
) {
  return await ended(
    await store.datasets.tasks.start(store.caller, {
      kind: 'import-file',
      dataset,
      parameters: { upload: await upload(content), file: 'rows', tenant: 'acme', mode: 'all', ...parameters },
    }),
  )
}

async function exportRows(
  dataset: string,
  format: FileFormat,
  parameters: Record<string, unknown> = {},
): Promise<Uint8Array> {
  const task = await ended(
    await store.datasets.tasks.start(store.caller, {
      kind: 'export-file',
      dataset,
      parameters: { format, ...parameters },
    }),
  )
  expect(task.error).toBeUndefined()
  const found = await transfers.readExport('acme', task.id)
  if (!found) throw new Error('The export has no file.')
  const bytes = new Uint8Array(await new Response(found.body).arrayBuffer())
  expect(bytes.byteLength).toBe(found.bytes)
  await transfers.deleteExport('acme', task.id)
  return bytes
}

const contentOf = async (dataset: string): Promise<string> =>
  (await store.datasets.resolve('acme', dataset)).version.manifest.contentHash
async function rowsOf(dataset: string): Promise<Row[]> {
  return (await Array.fromAsync(store.datasets.scanRows(await store.datasets.resolve('acme', dataset)))).map(
    ({ row }) => row,
  )
}

const lines = (...rows: unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')
const chat = [
  { role: 'user', content: 'Hi, "you"\n' },
  { role: 'assistant', content: 'é 😀' },
]

describe('import and export', () => {
  it('gives back in every format what was brought in', async () => {
    const definition = `key: id\ncolumns:\n  id: {}\n  when: {type: timestamp}\n  turns: {type: json}\n`
    const text = `{"id":"a","n":9007199254740993,"x":1.5,"ok":true,"when":"2024-05-01T10:00:00.123Z","turns":[{"b":1,"a":"é, \\"x\\"\\n"}],"text":"0123","empty":""}\n{"id":"b","n":-1,"x":2,"ok":null,"when":null,"turns":null,"text":"a,b\\t;\\"c\\"\\nd","empty":null}\n`
    const first = await importRows('round', gzipSync(text), { definition, file: 'rows.jsonl.gz' })
    expect(first.error).toBeUndefined()
    expect(first.result).toMatchObject({
      format: 'jsonl',
      compression: 'gzip',
      published: { is_new: true, added: 2 },
    })
    const { version } = await store.datasets.resolve('acme', 'round')
    expect(version.manifest.source).toEqual({
      kind: 'import',
      mode: 'all',
      format: 'jsonl',
      file: 'rows.jsonl.gz',
      sha256: createHash('sha256').update(gzipSync(text)).digest('hex'),
    })
    for (const [format, compression] of [
      ['jsonl', 'zstd'],
      ['csv', 'none'],
      ['tsv', 'gzip'],
      ['parquet', 'none'],
      ['openai-eval-items', 'none'],
    ] as const) {
      const file = await exportRows('round', format, { compression })
      const again = await importRows('round', file, format === 'openai-eval-items' ? { format } : {})
      expect(again.error).toBeUndefined()
      expect(again.result).toMatchObject({ format, compression, published: { is_new: false } })
    }
  })

  it('gives back chat, preference, evals and promptfoo files as they are written', async () => {
    const answer = [{ role: 'assistant', content: 'x' }]
    for (const [format, text] of [
      [
        'openai-chat',
        lines({ messages: chat, tools: [{ type: 'function', function: { name: 'f' } }] }, { messages: chat }),
      ],
      [
        'openai-preference',
        lines({ input: { messages: chat }, preferred_output: answer, non_preferred_output: answer }),
      ],
      ['openai-evals', lines({ input: 'q', ideal: 'a' }, { input: chat, ideal: ['a', 'b'] })],
      ['openai-eval-items', lines({ item: { q: 'x' } }, { item: { q: 'y' }, sample: { output_text: 'z' } })],
    ] as const) {
      const imported = await importRows(format, text)
      expect(imported.result).toMatchObject({ format })
      expect(Buffer.from(await exportRows(format, format)).toString()).toBe(text)
    }
    const tests = `tests:\n  - vars: {q: x, n: 2}\n    assert:\n      - {type: equals, value: y}\n      - {type: icontains, value: z}\n  - description: d\n    vars: {q: w, n: 3}\n`
    expect((await importRows('foo', tests)).error).toBeUndefined()
    const before = await contentOf('foo')
    const again = await importRows('foo', await exportRows('foo', 'promptfoo'))
    expect(again.result).toMatchObject({ format: 'promptfoo', published: { is_new: false } })
    expect(await contentOf('foo')).toBe(before)
  })

  it('makes messages of questions and answers that have columns of their own', async () => {
    await importRows('pairs', lines({ q: 'Hi', a: 'Hello' }), {
      definition: 'columns:\n  q: {role: input}\n  a: {role: expected}\n',
    })
    expect(JSON.parse(Buffer.from(await exportRows('pairs', 'openai-chat')).toString())).toEqual({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
      ],
    })
  })

  it('replaces, puts and adds rows by key, and names both rows of a key that comes twice', async () => {
    const rows = (...pairs: [string, number][]): string => lines(...pairs.map(([id, n]) => ({ id, n })))
    await importRows('modes', rows(['a', 1], ['b', 2]), { key: ['id'] })
    await importRows('modes', rows(['b', 3], ['c', 4]), { mode: 'upsert' })
    expect(await rowsOf('modes')).toEqual([
      { id: 'a', n: 1 },
      { id: 'b', n: 3 },
      { id: 'c', n: 4 },
    ])
    const before = await contentOf('modes')
    expect((await importRows('modes', rows(['a', 9]), { mode: 'append' })).error?.message).toContain(
      '1 of 1 rows have keys that are there already',
    )
    const twice = await importRows('modes', rows(['x', 1], ['y', 2], ['x', 3]))
    expect(twice.error).toMatchObject({ code: 'invalid_request' })
    expect(twice.error?.message).toContain('["x"] in rows 1, 3')
    expect((await importRows('modes', rows(['x', 1]), { key: ['n'] })).error?.message).toContain(
      'names its rows by id, not by n',
    )
    expect(await contentOf('modes')).toBe(before)
    await importRows('modes', rows(['z', 1]))
    expect(await rowsOf('modes')).toEqual([{ id: 'z', n: 1 }])
  })

  it('leaves nothing of a file that is at fault: no dataset, no upload, no object', async () => {
    const objects = async (): Promise<number> => (await Array.fromAsync(store.objects.list(''))).length
    const before = await objects()
    const failed = await importRows('broken', lines({ a: 1 }, { a: 2 }).concat('{"a":'))
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
    expect(failed.error?.message).toStartWith('Row 3 (byte 21): the line is no JSON')
    expect(await store.datasets.find('acme', 'broken')).toBeUndefined()
    expect(await objects()).toBe(before)
    expect(await readdir(path.join(store.folder, 'transfers', 'uploads', 'acme'))).toEqual([])
    expect(await readdir(path.join(store.folder, 'datasets', 'work'))).toEqual([])
  })
})

async function refusal(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

describe('uploads', () => {
  const stream = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream()
  const id = 'ab'.repeat(16)

  it('go on where they stopped, and nowhere else', async () => {
    expect(await transfers.append('acme', id, 0, stream('hello '), { mostBytes: 100 })).toBe(6)
    expect(await refusal(transfers.append('acme', id, 0, stream('x'), { mostBytes: 100 }))).toContain(
      'goes on at 6 and not at 0',
    )
    expect(await transfers.append('acme', id, 6, stream('you'), { mostBytes: 100 })).toBe(9)
    expect(await transfers.sizeOf('other', id)).toBeUndefined()
  })

  it('end at the limit, and keep what came before the line broke', async () => {
    expect(
      await refusal(transfers.append('acme', id, 9, stream('x'.repeat(200)), { mostBytes: 100 })),
    ).toContain('A file may have 100 bytes')
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (broken.locked && controller.desiredSize === 1) controller.enqueue(Buffer.from('!'))
        controller.error(Object.assign(new Error('gone'), { name: 'AbortError' }))
      },
    })
    expect(await refusal(transfers.append('acme', id, 9, broken, { mostBytes: 100 }))).toContain(
      'Go on where it stopped',
    )
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
    expect(
      await refusal(
        transfers.append('acme', id, (await transfers.sizeOf('acme', id)) ?? 0, silent, {
          mostBytes: 100,
          patienceMs: 20,
        }),
      ),
    ).toContain('Nothing came for')
  })

  it('are swept when nobody has come back for a day', async () => {
    const place = path.join(store.folder, 'transfers', 'exports', 'acme', 'old')
    await mkdir(place, { recursive: true })
    await writeFile(path.join(place, 'export'), 'x')
    await transfers.sweep(Date.now())
    expect(await transfers.sizeOf('acme', id)).toBeGreaterThan(0)
    await transfers.sweep(Date.now() + 25 * 3_600_000)
    expect(await transfers.sizeOf('acme', id)).toBeUndefined()
    expect(await readdir(path.dirname(place))).toEqual([])
  })
})
