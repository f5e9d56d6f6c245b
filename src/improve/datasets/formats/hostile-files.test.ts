import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { Failure } from '../../../foundation/platform/index.ts'
import { openDuckdb } from '../worker/open-duckdb.ts'
import { quoteText } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import type { FileFormat } from './format.ts'
import { importFile } from './import-file.ts'

setDefaultTimeout(120_000)

const message = (content: string) => ({ role: 'assistant', content })
const chat = (text: string) => ({ messages: [{ role: 'user', content: 'q' }, message(text)] })

/** Formats of a JSON object on each line: a row with a text in it, and a row whose members are of another kind. */
const lined = {
  jsonl: { row: text => ({ a: 1, b: text }), other: { a: { n: 1 }, b: 'x' } },
  'openai-chat': { row: chat, other: { messages: 'none' } },
  'openai-preference': {
    row: text => ({
      input: { messages: [{ role: 'user', content: 'q' }] },
      preferred_output: [message(text)],
      non_preferred_output: [message('n')],
    }),
    other: { input: 7, preferred_output: [message('x')], non_preferred_output: [message('n')] },
  },
  'openai-evals': { row: text => ({ input: 'q', ideal: text }), other: { input: 7, ideal: 'x' } },
  'openai-eval-items': { row: text => ({ item: { q: text, n: 1 } }), other: { item: 'no object' } },
} satisfies Partial<Record<FileFormat, { row: (text: string) => unknown; other: unknown }>>
type Lined = keyof typeof lined

const tables = { csv: ',', tsv: '\t' } as const

let folder: string
let duckdb: Awaited<ReturnType<typeof openDuckdb>>
let context: DataTaskContext

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-hostile-'))
  duckdb = await openDuckdb(
    { memoryMegabytes: 256, threads: 1, spillMegabytes: 500 },
    path.join(folder, 'spill'),
  )
  const { signal } = new AbortController()
  context = { duckdb: duckdb.connection, scratch: folder, signal, progress: () => undefined }
})

afterAll(async () => {
  duckdb.close()
  await rm(folder, { recursive: true, force: true })
})

it('a line of 100 MB is not held', async () => {
  const before = process.resourceUsage().maxRSS
  await writeLong('{"a":"x"}\n{"a":"', '"}\n')
  expect(await faultOf('jsonl')).toStartWith('Row 2 (byte 10): a row is longer than 16 MiB')
  const grown = (process.resourceUsage().maxRSS - before) / 1024
  expect(grown).toBeLessThan(90)
  // one that DuckDB would read if it had more memory
  await writeLong('{"a":"x"}\n{"a":"', '"}\n', 24)
  expect(await faultOf('jsonl')).toStartWith('Row 2 (byte 10): a row is longer than 16 MiB')
})

/** Another name for each file: DuckDB remembers what it has read of one of that second. */
let files = 0
const given = (): string => path.join(folder, `given-${files}`)

/** What an import of the file at `given` says; it has to refuse it as a fault of the file, and to leave no rows. */
async function faultOf(format: FileFormat, name = 'data'): Promise<string> {
  const out = path.join(folder, `out-${files}`)
  const error: unknown = await importFile(
    { file: given(), name, format, declared: {}, folder: out },
    context,
  ).then(
    () => new Error('It was taken.'),
    (thrown: unknown) => thrown,
  )
  await rm(given(), { force: true })
  files += 1
  if (!(error instanceof Failure)) throw error
  expect(error.code).toBe('invalid_request')
  expect((await readdir(out).catch(() => [])).filter(file => file.endsWith('.parquet'))).toEqual([])
  return error.message
}

async function say(format: FileFormat, content: string | Uint8Array, name?: string): Promise<string> {
  await writeFile(given(), content)
  return await faultOf(format, name)
}

/** A text in the middle of a file, larger than any row may be, without holding it. */
async function writeLong(before: string, after: string, megabytes = 100): Promise<void> {
  await writeFile(given(), before)
  const piece = Buffer.alloc(1024 * 1024, 'x')
  for (let index = 0; index < megabytes; index += 1) await appendFile(given(), piece)
  await appendFile(given(), after)
}

/** Text with an umlaut at its end, as Windows writes it. */
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const packs = {
  gzip: (text: string | Buffer) => gzipSync(text),
  // as the command does it: without a checksum, damage may unpack to other rows
  zstd: (text: string | Buffer) => zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
} as const
const faultInPack =
  /^The (?:gzip|zstd) file (?:is damaged before|breaks off at) its byte [\d,]+, after byte [\d,]+/

describe.each(Object.keys(lined) as Lined[])('a hostile file of %s', format => {
  const { row, other } = lined[format]
  const line = (text: string): string => `${JSON.stringify(row(text))}\n`
  const first = line('one')

  it('that is corrupt, cut, mixed or in another encoding is refused with row and byte', async () => {
    const corrupt = `${first}${line('two').replace('"two"', '"two')}`
    expect(await say(format, corrupt)).toMatch(/^Row 2 \(byte \d+\): the line is no JSON/)
    const cut = `${first}${line('two').slice(0, -8)}`
    expect(await say(format, cut)).toMatch(/^Row 2 \(byte \d+\): the line is no JSON/)
    expect(await say(format, `${first}${JSON.stringify(other)}\n`)).toMatch(/^Row 2 \(byte \d+\): /)
    expect(await say(format, latin(`${first}${line('caf\xe9')}`))).toMatch(
      /^Row 2 \(byte \d+\): the byte 0xe9 is not UTF-8/,
    )
    expect(await say(format, Buffer.from(`\uFEFF${first}`, 'utf16le'))).toMatch(
      /^Row 1 \(byte 0\): the file is UTF-16LE/,
    )
  })

  it('with a line of 100 MB is refused by its row and byte, and not held', async () => {
    const [before = '', after = ''] = line('|').split('|')
    await writeLong(`${first}${before}`, after)
    expect(await faultOf(format)).toStartWith(`Row 2 (byte ${first.length}): a row is longer than 16 MiB`)
  })

  it('that is packed and broken, or unpacks without end, is refused', async () => {
    const many = Array.from({ length: 4_000 }, (_, index) => line(`${index * 7919}`)).join('')
    for (const pack of Object.values(packs)) {
      const packed = pack(many)
      expect(await say(format, packed.subarray(0, packed.length >> 1))).toMatch(faultInPack)
      const damaged = Buffer.from(packed)
      damaged.fill(0xff, damaged.length >> 1, (damaged.length >> 1) + 60)
      expect(await say(format, damaged)).toMatch(faultInPack)
      // valid rows, the same long one over and over
      const bomb = pack(Buffer.alloc(70_000_000, line('x'.repeat(100_000))))
      expect(await say(format, bomb)).toMatch(/^It unpacks to more than 200 times its [\d,]+ bytes/)
    }
  })
})

describe.each(Object.entries(tables))('a hostile file of %s', (name, between) => {
  const format = name as keyof typeof tables
  const record = (...cells: string[]): string => `${cells.join(between)}\n`
  const head = record('a', 'b') + record('1', 'x')

  it('that is corrupt, cut, mixed or in another encoding is refused with row, line and byte', async () => {
    expect(await say(format, head + record('2', '"y') + record('3', 'z'))).toMatch(
      /^Row 2 \(line 3, byte \d+\): a quote is opened here and never closed/,
    )
    expect(await say(format, `${head}2`)).toMatch(/^Row 2 \(line 3, byte \d+\): the record has 1 field/)
    expect(await say(format, head + record('2', 'y', 'z'))).toMatch(
      /^Row 2 \(line 3, byte \d+\): the record has 3 fields/,
    )
    expect(await say(format, latin(head + record('2', 'caf\xe9')))).toMatch(
      /^Row \d \(byte \d+\): the byte 0xe9 is not UTF-8/,
    )
    expect(await say(format, Buffer.from(`\uFEFF${head}`, 'utf16le'))).toMatch(
      /^Row 1 \(byte 0\): the file is UTF-16LE/,
    )
  })

  it('with a line of 100 MB is refused by its row and byte, and not held', async () => {
    await writeLong(`${head}2${between}`, '\n')
    expect(await faultOf(format)).toMatch(/^Row \d \((?:line 3, )?byte \d+\): .*longer than 16 MiB/)
  })

  it('that is packed and broken, or unpacks without end, is refused', async () => {
    for (const pack of Object.values(packs)) {
      const many = Array.from({ length: 8_000 }, (_, index) => record(`${index}`, `${index * 7919}`)).join('')
      const packed = pack(head + many)
      expect(await say(format, packed.subarray(0, packed.length >> 1))).toMatch(faultInPack)
      const bomb = pack(
        Buffer.concat([Buffer.from(head), Buffer.alloc(70_000_000, record('1', 'x'.repeat(100_000)))]),
      )
      expect(await say(format, bomb)).toMatch(/^It unpacks to more than 200 times its [\d,]+ bytes/)
    }
  })
})

describe('a hostile file of promptfoo', () => {
  const yaml = 'tests:\n  - vars: {a: one}\n'
  const json = '[{"vars":{"a":"one"}}]'

  it('that is corrupt, cut, mixed or in another encoding is refused where it is', async () => {
    expect(await say('promptfoo', `${yaml}  - vars: {a: two\n`, 'x.yaml')).toMatch(/line \d+/)
    expect(await say('promptfoo', json.slice(0, -4), 'x.json')).toMatch(/byte \d+|line \d+/)
    expect(await say('promptfoo', `${yaml}  - seven\n`, 'x.yaml')).toMatch(/[Tt]est 2|line 3/)
    expect(await say('promptfoo', latin(`${yaml}  - vars: {a: caf\xe9}\n`), 'x.yaml')).toMatch(
      /byte \d+\): the byte 0xe9 is not UTF-8/,
    )
    expect(await say('promptfoo', Buffer.from(`\uFEFF${yaml}`, 'utf16le'), 'x.yaml')).toContain('UTF-16LE')
  })

  it('with a line of 100 MB is refused by its size, and not held', async () => {
    await writeLong('tests:\n  - vars: {a: ', '}\n')
    expect(await faultOf('promptfoo', 'x.yaml')).toMatch(/MiB|bytes/)
  })

  it('that is packed and broken, or unpacks without end, is refused', async () => {
    for (const pack of Object.values(packs)) {
      const tests = Array.from({ length: 3_000 }, (_, index) => `  - vars: {a: ${index * 7919}}\n`).join('')
      const packed = pack(`tests:\n${tests}`)
      expect(await say('promptfoo', packed.subarray(0, packed.length >> 1), 'x.yaml')).toMatch(faultInPack)
      const bomb = pack(Buffer.alloc(70_000_000, `  - vars: {a: ${'x'.repeat(100_000)}}\n`))
      expect(await say('promptfoo', bomb, 'x.yaml')).toMatch(/^It unpacks to more than 200 times/)
    }
  })

  it('whose aliases unfold without end is refused', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `x${level}: &x${level} [${Array.from({ length: 10 }, () => (level === 0 ? 'lol' : `*x${level - 1}`)).join(', ')}]`,
    )
    expect(await say('promptfoo', `${levels.join('\n')}\ntests: *x11\n`, 'x.yaml')).toMatch(/alias|test/i)
  })
})

describe('a hostile file of parquet', () => {
  async function parquet(select: string): Promise<Buffer> {
    const file = path.join(folder, 'some.parquet')
    await context.duckdb.run(`COPY (${select}) TO ${quoteText(file)} (FORMAT parquet, ROW_GROUP_SIZE 2048)`)
    return await readFile(file)
  }

  it('that is corrupt, cut, of unknown types or in another encoding is refused where it has a place', async () => {
    const whole = await parquet(`SELECT i, md5(i::VARCHAR) AS text FROM range(10000) t(i)`)
    const damaged = Buffer.from(whole)
    damaged.fill(0xff, 60_000, 60_400)
    expect(await say('parquet', damaged)).toMatch(/rows [\d,]+ to [\d,]+, which lies from byte [\d,]+ on/)
    expect(await say('parquet', whole.subarray(0, 9_000))).toStartWith(
      'The Parquet file breaks off at byte 9,000',
    )
    const footless = Buffer.from(whole)
    const footer = whole.readUInt32LE(whole.length - 8)
    footless.fill(0xff, whole.length - 8 - footer, whole.length - footer + 40)
    expect(await say('parquet', footless)).toMatch(/^The Parquet file/)
    expect(await say('parquet', await parquet(`SELECT 'a'::BLOB AS b`))).toContain('column "b" holds bytes')
    expect(await say('parquet', 'PAR1 and no more than a text')).toMatch(/Parquet/)
  })

  it('with a text of 100 MB in a row is refused by its row, and not held', async () => {
    await context.duckdb.run(`SET memory_limit = '1GiB'`)
    await parquet(
      `SELECT i, repeat('x', CASE WHEN i = 3 THEN 100000000 ELSE 1 END) AS text FROM range(5) t(i)`,
    )
    await context.duckdb.run(`SET memory_limit = '256MiB'`)
    await writeFile(given(), await readFile(path.join(folder, 'some.parquet')))
    expect(await faultOf('parquet')).toMatch(/the column "text" holds more .*16 MiB/)
  })

  it('that unpacks without end is refused', async () => {
    const bomb = await parquet(`SELECT repeat('x', 1000000) AS a, repeat('y', 1000000) AS b FROM range(2000)`)
    await writeFile(given(), bomb)
    expect(await faultOf('parquet')).toMatch(/times|bytes|MiB/)
  })
})
