import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, truncate, writeFile, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { Failure } from '../../../foundation/platform/index.ts'
import { openDuckdb } from '../worker/open-duckdb.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { type ImportFile, importFile } from './import-file.ts'
import type { ImportedFile } from './format.ts'
import { quoteText } from '../worker/sql.ts'

let folder: string
let duckdb: Awaited<ReturnType<typeof openDuckdb>>
let context: DataTaskContext

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-formats-'))
  duckdb = await openDuckdb(
    { memoryMegabytes: 256, threads: 1, spillMegabytes: 500 },
    path.join(folder, 'spill'),
  )
  context = {
    duckdb: duckdb.connection,
    scratch: folder,
    signal: new AbortController().signal,
    progress: () => undefined,
  }
})

afterAll(async () => {
  duckdb.close()
  await rm(folder, { recursive: true, force: true })
})

type Given = Partial<Omit<ImportFile, 'file' | 'folder'>>

async function take(content: string | Uint8Array, given: Given = {}): Promise<ImportedFile> {
  const file = path.join(folder, 'given')
  await writeFile(file, content)
  return await importFile(
    { file, name: 'data', declared: {}, folder: path.join(folder, 'out'), ...given },
    context,
  )
}

async function rowsOf({ file, columns }: ImportedFile): Promise<unknown[]> {
  const reader = await context.duckdb.runAndReadAll(`SELECT * FROM read_parquet(${quoteText(file)})`)
  return reader.getRowObjectsJson().map(row => ({
    ...row,
    ...Object.fromEntries(
      columns
        .filter(({ type }) => type === 'json')
        .map(({ name }) => [name, row[name] === null ? null : JSON.parse(row[name] as string)]),
    ),
  }))
}

const shape = ({ columns }: ImportedFile): string =>
  columns.map(({ name, type, isNullable }) => `${name} ${type}${isNullable ? '?' : ''}`).join(', ')

async function fault(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Failure)) throw new Error(`No failure, but ${String(error)}`)
  expect(error.code).toBe('invalid_request')
  return error.message
}

const lines = (...rows: unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')

describe('importFile of JSON lines', () => {
  it('keeps what each value is: long numbers whole, dates as texts, what is nested as it was', async () => {
    const imported = await take(
      `{"id":9007199254740993,"when":"2024-02-30","uuid":"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11","n":1,"nested":{"b":1.0,"a":["é"]},"huge":123456789012345678901234567890}\n\n{"id":2,"when":"007","n":2.5,"flag":true,"nested":null,"huge":1}\n`,
    )
    expect(imported).toMatchObject({ format: 'jsonl', rows: 2, compression: 'none' })
    expect(shape(imported)).toBe(
      'id integer, when string, uuid string?, n number, nested json?, huge json, flag boolean?',
    )
    const text = await context.duckdb.runAndReadAll(
      `SELECT CAST(id AS VARCHAR), "when", uuid, n, nested, huge, flag FROM read_parquet(${quoteText(imported.file)})`,
    )
    expect(text.getRows()).toEqual([
      [
        '9007199254740993',
        '2024-02-30',
        'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
        1,
        '{"b":1.0,"a":["é"]}',
        '123456789012345678901234567890',
        null,
      ],
      ['2', '007', null, 2.5, null, '1', true],
    ])
  })

  it('reads gzip, zstd, a byte order mark, Windows line ends, a JSON list, and objects over several lines', async () => {
    const rows = [
      { a: 1, b: 'x, "y"\n' },
      { a: 2, b: null },
    ]
    const expected = [
      { a: '1', b: 'x, "y"\n' },
      { a: '2', b: null },
    ]
    const text = lines(...rows)
    for (const content of [
      gzipSync(text),
      zstdCompressSync(text),
      `\uFEFF${text}`,
      text.replaceAll('}\n', '}\r\n'),
      JSON.stringify(rows),
      JSON.stringify(rows, undefined, 2),
      rows.map(row => JSON.stringify(row, undefined, 2)).join('\n'),
    ])
      expect(await rowsOf(await take(content))).toEqual(expected)
  })

  it('holds declared types against what the values look like', async () => {
    const imported = await take(lines({ a: 1, b: '2024-05-01T12:00:00+02:00', c: 5, d: 'x' }), {
      declared: { a: 'string', b: 'timestamp', c: 'number', d: 'json' },
    })
    expect(shape(imported)).toBe('a string, b timestamp, c number, d json')
    expect(await rowsOf(imported)).toEqual([{ a: '1', b: '2024-05-01 10:00:00', c: 5, d: 'x' }])
    expect(await fault(take(lines({ a: 1 }, { a: 'x' }, { a: 'y' }), { declared: { a: 'integer' } }))).toBe(
      'Row 2 (byte 8): the column "a" is declared as integer and holds a text here, and what does not go in 2 rows in all. Nothing was stored. Mend the rows, or declare another type: `json` takes anything.',
    )
    expect(
      await fault(take(lines({ t: '2024-01-01' }, { t: 'soon' }), { declared: { t: 'timestamp' } })),
    ).toContain(
      'Row 2 (byte 19): the column "t" is declared as timestamp and holds a text that is no ISO 8601 time',
    )
  })

  it('says both rows where a column changes its kind', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ a: index }))
    const text = lines(...many, { a: { b: 1 } })
    expect(await fault(take(text))).toBe(
      `Row 5,001 (byte ${(text.length - lines({ a: { b: 1 } }).length).toLocaleString('en-US')}): the column "a" holds an object or a list here, and a number in row 1 (byte 0). Nothing was stored. Mend the rows, or declare the column as \`json\` in the definition, which takes both.`,
    )
    expect((await take(text, { declared: { a: 'json' } })).rows).toBe(5_001)
  })

  for (const [what, content, message] of [
    [
      'a line that is cut',
      '{"a":1}\n{"a":2,"b":"x\n',
      'Row 2 (byte 21): the line is no JSON: a text is not closed',
    ],
    [
      'a file that breaks off',
      '{"a":1}\n{"a":',
      'Row 2 (byte 13): the line is no JSON: it breaks off before its end',
    ],
    [
      'text',
      '{"a":1}\n\nhello\n',
      'Row 2 (line 3, byte 9): the line is no JSON: a value is missing or is no JSON',
    ],
    [
      'two objects on a line',
      '{"a":1} {"a":2}\n',
      'Row 1 (byte 8): the line is no JSON: something follows after its end',
    ],
    ['a list', '{"a":1}\n[1]\n', 'Row 2 (byte 8): the line is JSON, but no object'],
    ['NaN', '{"a":1}\n{"a":NaN}\n', 'Row 2 (byte 13): the line is no JSON: NaN is no JSON'],
    [
      'NaN in what is nested',
      '{"a":{"b":[1]}}\n{"a":{"b":[NaN]}}\n',
      'Row 2 (byte 27): the line is no JSON: NaN is no JSON',
    ],
    [
      'half a character',
      '{"a":"\\ud83d"}\n',
      'Row 1 (byte 6): the line is no JSON: the first half of a character stands alone',
    ],
    [
      'a member twice',
      '{"b":1}\n{"a":1,"b":2,"a":3}\n',
      'Row 2 (byte 21): the object has the member "a" twice, at bytes 9 and 21',
    ],
    ['columns that differ in case alone', '{"a":1,"A":2}\n', 'The columns "a" and "A" differ in case alone'],
    [
      'a column of ours',
      '{"_hash":1}\n',
      'The member "_hash" cannot be a column: its name must not begin with _',
    ],
    ['a NUL byte', '{"a":1}\n{"a":"\0"}\n', 'Row 2 (byte 14): there is a NUL byte'],
    [
      'Latin-1',
      Buffer.from('{"a":1}\n{"a":"caf\xe9"}\n', 'latin1'),
      'Row 2 (byte 17): the byte 0xe9 is not UTF-8. Nothing was stored. The file looks like Latin-1 or Windows-1252; convert it',
    ],
    ['UTF-16 with a mark', Buffer.from('\uFEFF{"a":1}\n', 'utf16le'), 'Row 1 (byte 0): the file is UTF-16LE'],
    [
      'UTF-16 without one',
      Buffer.from('{"a":1}\n', 'utf16le').swap16(),
      'Row 1 (byte 0): the file is UTF-16BE',
    ],
    ['nothing', '', 'Row 1 (byte 0): the file is empty'],
    ['blanks', ' \n\n', 'Row 1 (byte 0): the file holds nothing but blanks'],
    ['a list that is cut', '[{"a":1},\n{"a":2', 'Row 2 (byte 16): the document is no JSON: it breaks off'],
    ['a page of HTML', '<!DOCTYPE html><html>', 'The file is a page of HTML or XML'],
    ['a ZIP archive', 'PK\u0003\u0004xxxxxxx', 'The file is a ZIP archive'],
  ] as const)
    it(`says where it found ${what}`, async () => {
      expect(await fault(take(content))).toStartWith(message)
    })

  it('refuses a line that is too long without holding it', async () => {
    const file = path.join(folder, 'long')
    await writeFile(file, '{"a":1}\n{"a":"')
    await truncate(file, 20_000_000)
    expect(await fault(importFile({ file, name: 'x', declared: {}, folder }, context))).toContain('NUL byte')
    await writeFile(
      file,
      Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.alloc(17_000_000, 'x'), Buffer.from('"}\n')]),
    )
    expect(await fault(importFile({ file, name: 'x', declared: {}, folder }, context))).toStartWith(
      'Row 2 (byte 8): a row is longer than 16 MiB',
    )
  })

  it('says where a packed file breaks off or is damaged, and stops a bomb early', async () => {
    const text = lines(...Array.from({ length: 20_000 }, (_, a) => ({ a, b: `${a * 7919}` })))
    const packed = gzipSync(text)
    expect(await fault(take(packed.subarray(0, 50_000)))).toMatch(
      /^The gzip file breaks off at its byte 50,000, after byte [\d,]+ of what it holds \(row [\d,]+\)/,
    )
    const damaged = Buffer.from(packed)
    damaged.fill(0xff, 40_000, 40_100)
    expect(await fault(take(damaged))).toMatch(/^The gzip file is damaged before its byte [\d,]+, after byte/)
    expect(await fault(take(zstdCompressSync(text).subarray(0, 30_000)))).toMatch(
      /^The zstd file breaks off at its byte 30,000/,
    )
    const bomb = gzipSync(Buffer.alloc(70_000_000, 32))
    expect(await fault(take(bomb))).toMatch(
      /^It unpacks to more than 200 times its [\d,]+ bytes, .*stopped at byte 67,1/,
    )
    expect(await fault(take(packed, { limits: { mostBytes: 1_000, mostRatio: 1_000 } }))).toStartWith(
      'It unpacks to more than 1,000 bytes',
    )
  })
})

describe('importFile of tables', () => {
  it('takes a type only where the text would be written the same', async () => {
    const imported = await take(
      'id,zip,price,ok,when,text,none\n1,01234,1.5,true,2024-01-01,"a, ""b""\nc",\n-2,99999,2,false,x,"",\n',
    )
    expect(imported.format).toBe('csv')
    expect(shape(imported)).toBe(
      'id integer, zip string, price number, ok boolean, when string, text string, none string?',
    )
    expect(await rowsOf(imported)).toEqual([
      { id: '1', zip: '01234', price: 1.5, ok: true, when: '2024-01-01', text: 'a, "b"\nc', none: null },
      { id: '-2', zip: '99999', price: 2, ok: false, when: 'x', text: '', none: null },
    ])
  })

  it('finds tabs and semicolons, and what is declared', async () => {
    expect(await take('a\tb\n1\tx\n')).toMatchObject({ format: 'tsv', rows: 1 })
    expect(await rowsOf(await take('a,b\n1,5" nail\n'))).toEqual([{ a: '1', b: '5" nail' }])
    expect(shape(await take('a;b\n1;x,y\n'))).toBe('a integer, b string')
    const imported = await take('t,j\n2024-01-01T00:00:00Z,"[1, {""a"": 2}]"\n', {
      declared: { t: 'timestamp', j: 'json' },
    })
    expect(await rowsOf(imported)).toEqual([{ t: '2024-01-01 00:00:00', j: [1, { a: 2 }] }])
    expect(await fault(take('a,b\n1,x\n2,y\n', { declared: { b: 'integer' } }))).toStartWith(
      'Row 1 (line 2, byte 4): the column "b" is declared as integer',
    )
  })

  for (const [what, content, message] of [
    [
      'a header with a name twice',
      'a,b,a\n1,2,3\n',
      'Row 0 (line 1, byte 0): the header has "a" twice: columns 1 and 3',
    ],
    [
      'a column without a name',
      'a,,c\n1,2,3\n',
      'Row 0 (line 1, byte 0): the header has no name for column 2',
    ],
    [
      'a quote that is not closed',
      'a,b\n1,x\n2,"y\n3,z\n',
      'Row 2 (line 3, byte 10): a quote is opened here and never closed',
    ],
    [
      'text after a quote',
      'a,b\n1,"x"y\n',
      'Row 1 (line 2, byte 9): text follows a closing quote; the quote was opened in row 1 (line 2, byte 6)',
    ],
    [
      'a record that is too short',
      'a,b\n1,x\n2\n',
      'Row 2 (line 3, byte 8): the record has 1 field, and the header has 2',
    ],
    [
      'a record that is too long',
      'a,b\n"1\n",x\n2,y,z\n',
      'Row 2 (line 4, byte 11): the record has 3 fields, and the header has 2',
    ],
    ['no rows', 'a,b\n', 'Row 1 (byte 0): the file has a header and no rows'],
    ['Latin-1', Buffer.from('a,b\n1,caf\xe9\n', 'latin1'), 'Row 2 (byte 9): the byte 0xe9 is not UTF-8'],
  ] as const)
    it(`says where it found ${what}`, async () => {
      expect(await fault(take(content))).toStartWith(message)
    })
})

describe('importFile of Parquet', () => {
  const file = () => path.join(folder, 'some.parquet')
  async function write(select: string): Promise<Buffer> {
    await context.duckdb.run(`COPY (${select}) TO ${quoteText(file())} (FORMAT parquet, ROW_GROUP_SIZE 2048)`)
    return await readFile(file())
  }

  it('keeps types without loss', async () => {
    const imported = await take(
      await write(
        `SELECT 9007199254740993 AS i, 1.25::DOUBLE AS d, 12.50::DECIMAL(9,2) AS m, DATE '2024-01-02' AS day, TIMESTAMPTZ '2024-01-02 03:04:05.000006+00' AS t, {'a': [1, 2]} AS s, true AS b, 'x' AS v`,
      ),
    )
    expect(shape(imported)).toBe(
      'i integer, d number, m string, day string, t timestamp, s json, b boolean, v string',
    )
    expect(await rowsOf(imported)).toEqual([
      {
        i: '9007199254740993',
        d: 1.25,
        m: '12.50',
        day: '2024-01-02',
        t: '2024-01-02 03:04:05.000006',
        s: { a: [1, 2] },
        b: true,
        v: 'x',
      },
    ])
  })

  it('says what cannot be kept, and in which row', async () => {
    expect(
      await fault(
        take(
          await write(`SELECT CASE WHEN i = 4999 THEN 'nan'::DOUBLE ELSE i END AS x FROM range(5000) t(i)`),
        ),
      ),
    ).toStartWith('Row 5,000: the column "x" holds NaN or an infinity')
    expect(await fault(take(await write(`SELECT 'a'::BLOB AS picture`)))).toStartWith(
      'The column "picture" holds bytes',
    )
  })

  it('says where it breaks off or is damaged', async () => {
    const whole = await write(`SELECT i, md5(i::VARCHAR) AS text FROM range(10000) t(i)`)
    expect(await fault(take(whole.subarray(0, 9_000)))).toStartWith(
      'The Parquet file breaks off at byte 9,000',
    )
    const damaged = Buffer.from(whole)
    damaged.fill(0xff, 60_000, 60_400)
    expect(await fault(take(damaged))).toMatch(
      /^The Parquet file is damaged: the column "(?:i|text)" of rows [\d,]+ to [\d,]+, which lies from byte [\d,]+ on/,
    )
  })
})

describe('importFile of what evaluation and fine-tuning tools write', () => {
  const chat = {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello', weight: 1 },
    ],
  }
  it('knows chat files and says which message is wrong', async () => {
    const imported = await take(
      lines({ ...chat, tools: [{ type: 'function', function: { name: 'f' } }] }, chat),
    )
    expect(imported).toMatchObject({ format: 'openai-chat', rows: 2 })
    expect(shape(imported)).toBe('messages json, tools json?')
    expect(await fault(take(lines(chat, { messages: [{ role: 'user', content: 'Hi' }] })))).toMatch(
      /^Row 2 \(byte \d+\): as openai-chat: `messages` has no message of the assistant/,
    )
    expect(await fault(take(lines({ messages: [{ role: 'robot', content: 'x' }] })))).toContain(
      '`messages[0]` has the role "robot"',
    )
  })

  it('knows preferences, evals and items', async () => {
    const answer = [{ role: 'assistant', content: 'x' }]
    expect(
      await take(
        lines({ input: { messages: chat.messages }, preferred_output: answer, non_preferred_output: answer }),
      ),
    ).toMatchObject({ format: 'openai-preference' })
    const evals = await take(lines({ input: 'q', ideal: 'a' }, { input: chat.messages, ideal: ['a', 'b'] }))
    expect(evals.format).toBe('openai-evals')
    expect(await rowsOf(evals)).toEqual([
      { input: 'q', ideal: 'a' },
      { input: chat.messages, ideal: ['a', 'b'] },
    ])
    const items = await take(
      lines({ item: { q: 'x', n: 9 } }, { item: { q: 'y', n: 1 }, sample: { output_text: 'z' } }),
    )
    expect(items.format).toBe('openai-eval-items')
    expect(await rowsOf(items)).toEqual([
      { q: 'x', n: '9', sample: null },
      { q: 'y', n: '1', sample: { output_text: 'z' } },
    ])
  })

  it('reads tests of promptfoo from YAML, JSON and CSV', async () => {
    const yaml = `prompts: [x]\ndefaultTest:\n  assert:\n    - type: latency\n      threshold: 500\ntests:\n  - description: greets\n    vars: {name: Ada}\n    assert:\n      - {type: equals, value: Hello Ada}\n  - vars: {name: Bo}\n`
    const imported = await take(yaml, { name: 'promptfooconfig.yaml' })
    expect(imported.format).toBe('promptfoo')
    const latency = { type: 'latency', threshold: 500 }
    expect(await rowsOf(imported)).toEqual([
      {
        description: 'greets',
        name: 'Ada',
        expected: 'Hello Ada',
        assert: [latency, { type: 'equals', value: 'Hello Ada' }],
      },
      { description: null, name: 'Bo', expected: null, assert: [latency] },
    ])
    const table = await take(
      'name,__expected,__description\nAda,contains-any: hello,x\nBo,similar(0.8): hi,\n',
    )
    expect(await rowsOf(table)).toEqual([
      { description: 'x', name: 'Ada', assert: [{ type: 'contains-any', value: ['hello'] }] },
      { description: null, name: 'Bo', assert: [{ type: 'similar', value: 'hi', threshold: 0.8 }] },
    ])
    expect(
      await rowsOf(await take(JSON.stringify([{ vars: { a: 1 }, assert: [{ type: 'is-json' }] }]))),
    ).toEqual([{ a: '1', assert: [{ type: 'is-json' }] }])
    expect(
      await fault(
        take('tests:\n  - vars: {a: 1}\n  - vars: {a: 2}\n    assert: [{value: x}]\n', { name: 'x.yaml' }),
      ),
    ).toStartWith('Assertion 1 of test 2 (line 3, byte 28) has no type')
  })
})
