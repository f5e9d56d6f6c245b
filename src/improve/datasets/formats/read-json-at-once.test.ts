import { afterAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckdb } from '../worker/open-duckdb.ts'
import { quoteText } from '../worker/sql.ts'
import { stageChanges } from '../worker/stage-changes.ts'
import type { DeclaredTypes, ImportedFile } from './format.ts'
import { importFile } from './import-file.ts'

setDefaultTimeout(120_000)

const root = await mkdtemp(path.join(tmpdir(), 'slipway-at-once-'))
afterAll(async () => await rm(root, { recursive: true, force: true }))
let files = 0

interface Brought {
  readonly imported?: Pick<ImportedFile, 'columns' | 'rows' | 'isHashed'>
  readonly rows?: unknown
  readonly rowsHash?: string
  readonly error?: string
  readonly steps: readonly string[]
}

async function bring(text: string, declared: DeclaredTypes, forVersion: boolean): Promise<Brought> {
  const folder = path.join(root, `f-${(files += 1)}`)
  const file = `${folder}.jsonl`
  await writeFile(file, text)
  const steps: string[] = []
  const opened = await openDuckdb(
    { memoryMegabytes: 512, threads: 2, spillMegabytes: 500 },
    `${folder}-spill`,
  )
  const context = {
    duckdb: opened.connection,
    scratch: root,
    signal: new AbortController().signal,
    progress: (_: number, step: string) => void steps.push(step),
  }
  try {
    const imported = await importFile({ file, name: 'rows.jsonl', declared, folder, forVersion }, context)
    const { columns, rows: count, isHashed } = imported
    const reader = await opened.connection.runAndReadAll(
      `SELECT ${isHashed ? '* EXCLUDE (_hash)' : '*'} FROM read_parquet(${quoteText(imported.file)})`,
    )
    const staged = await stageChanges(
      {
        schema: { key: ['id'], columns },
        mode: 'all',
        staged: { kind: 'parquet', file: imported.file, columns, isHashed },
        folder: `${folder}-new`,
      },
      context,
    )
    return {
      imported: { columns, rows: count, isHashed },
      rows: reader.getRowsJson(),
      rowsHash: staged.rowsHash,
      steps,
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), steps }
  } finally {
    opened.close()
  }
}

const usual = (id: number) => ({
  id: `r-${id}`,
  said: id % 5 === 0 ? `"q" \\ ü ${'x'.repeat(150)}` : `plain ${'y'.repeat(150)}`,
  size: id % 7 === 0 ? null : id,
  score: id / 8 + 0.5,
  isOpen: id % 2 === 0,
  at: new Date(1.7e12 + id * 1_000).toISOString(),
  any: id % 2 === 0 ? id : [id],
  meta: id % 3 === 0 ? null : { list: [1, 2.5, 'ä'], of: { n: id } },
})
/** More than the beginning that is looked at. */
const many = Array.from({ length: 1_200 }, (_, id) => JSON.stringify(usual(id))).join('\n')
const declared = { at: 'timestamp', any: 'json' } as const
const last = (change: Readonly<Record<string, unknown>>) => JSON.stringify({ ...usual(9_999), ...change })

const ends: Readonly<Record<string, string>> = {
  'nothing else': last({}),
  'a member more': last({ more: 1 }),
  'a member less': JSON.stringify({ id: 'r-x', said: 'x', size: 1 }),
  'another order': JSON.stringify(Object.fromEntries(Object.entries(usual(9_999)).toReversed())),
  'a member twice': last({}).replace('{', '{"said":"x",'),
  'no object': 'null',
  'a list': '[1]',
  'no JSON': '{"id":',
  'a number for a text': last({ said: 3 }),
  'a text for a number': last({ size: 'three' }),
  'a fraction for a whole number': last({ size: 2.5 }),
  'a whole number as a fraction': last({ size: -77 }).replace('-77', '7.0'),
  'a large whole number': last({ size: -77 }).replace('-77', '9007199254740993'),
  'one of more than 64 bits': last({ size: -77 }).replace('-77', '123456789012345678901234567890'),
  'a number that a double does not hold': last({ score: -77 }).replace('-77', '9007199254740993'),
  'a number beyond doubles': last({ score: -77 }).replace('-77', '1e999'),
  'a small number': last({ score: -77 }).replace('-77', '1.5e-300'),
  'an object for true': last({ isOpen: {} }),
  'a text for an object': last({ meta: 'none' }),
  'anything where that is declared': last({ any: 'a text' }),
  'NaN within': last({ meta: [-77] }).replace('-77', 'NaN'),
  'NaN as a text within': last({ meta: ['NaN'] }),
  'no time': last({ at: 'yesterday' }),
  'a byte that is no text': `${last({ said: 'x' })}\u0000`,
  escapes: last({ said: '-77' }).replace('-77', String.raw`A\/\n\"\u00e9`),
}

describe('JSON lines in one pass', () => {
  it('give what reading in steps gives, whatever comes after the beginning', async () => {
    expect(many.length).toBeGreaterThan(256 * 1024)
    const atOnce: string[] = []
    for (const [what, end] of Object.entries(ends)) {
      const text = `${many}\n${end}\n`
      const fast = await bring(text, declared, true)
      // a blank before the first row, and it is read in steps
      const slow = await bring(` ${text}`, declared, false)
      expect(slow.steps).toContain('looks through the rows')
      if (!fast.steps.includes('looks through the rows')) atOnce.push(what)
      if (slow.error === undefined) {
        expect({ what, columns: fast.imported?.columns, rows: fast.rows, hash: fast.rowsHash }).toEqual({
          what,
          columns: slow.imported?.columns,
          rows: slow.rows,
          hash: slow.rowsHash,
        })
        expect([fast.imported?.isHashed, slow.imported?.isHashed]).toEqual([true, false])
      } else {
        const withoutBytes = (message?: string) =>
          message?.replaceAll(/\bbytes? [\d,]+(?: and [\d,]+)?/g, 'byte')
        expect({ what, error: withoutBytes(fast.error) }).toEqual({ what, error: withoutBytes(slow.error) })
      }
    }
    // the others are taken for what they are, and read again
    expect(atOnce).toEqual([
      'nothing else',
      'a large whole number',
      'anything where that is declared',
      'escapes',
    ])
  })
})
