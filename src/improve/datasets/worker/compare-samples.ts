import {
  type ComparedColumn,
  type DriftReport,
  explainChange,
  type Pair,
} from '../../../observe/drift/index.ts'
import type { VersionFiles } from '../datasets.ts'
import type { SplitsDefinition } from '../definition.ts'
import { filesToRead } from '../validation/open-rows.ts'
import { lockDown } from './open-duckdb.ts'
import { decideKinds, openSampleTables } from './sample-tables.ts'
import { createVersionView, quoteText, splitOf } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

/** Rows of a version, or of a file: Parquet, or JSON lines (`.ndjson`), with a column `_id`. */
export type SampleRows =
  | {
      readonly kind: 'version'
      readonly of: string
      readonly files: VersionFiles
      readonly split?: { readonly name: string; readonly splits: SplitsDefinition } | undefined
    }
  | {
      readonly kind: 'file'
      readonly of: string
      readonly file: string
      readonly total: number
      /** Of the columns of JSON lines. */
      readonly types?: Readonly<Record<string, 'VARCHAR' | 'DOUBLE'>> | undefined
    }

export interface CompareSamples {
  readonly samples: Pair<SampleRows>
  readonly columns: readonly ComparedColumn[]
  readonly quality?: { readonly label: string; readonly judge?: string | undefined } | undefined
  readonly seed: string
  /** Of either; more are drawn from. */
  readonly mostRows: number
  readonly notes: readonly string[]
}

const parts = 1_000_000

/** What explains that one sample is not like another; see `explainChange`. */
export async function compareSamples(
  { samples, columns, quality, seed, mostRows, notes }: CompareSamples,
  { duckdb, signal, progress }: DataTaskContext,
): Promise<DriftReport> {
  await layRows(samples.reference, 'reference')
  await layRows(samples.current, 'current')
  await lockDown(
    duckdb,
    [samples.reference, samples.current].flatMap(rows =>
      rows.kind === 'file' ? [rows.file] : filesToRead([rows.files]),
    ),
  )
  const decided = await decideKinds(duckdb, columns)
  const named = (name: string | undefined) =>
    name === undefined ? undefined : decided.find(column => column.name === name)
  const label = named(quality?.label)
  const totalOf = (rows: SampleRows): number => (rows.kind === 'file' ? rows.total : rows.files.rows)
  return await explainChange({
    reader: await openSampleTables(duckdb),
    columns: decided,
    rows: {
      reference: { of: samples.reference.of, total: totalOf(samples.reference) },
      current: { of: samples.current.of, total: totalOf(samples.current) },
    },
    quality: label && { label, judge: named(quality?.judge) },
    seed,
    notes,
    signal,
    progress,
  })

  async function layRows(rows: SampleRows, name: keyof Pair<unknown>): Promise<void> {
    if (rows.kind === 'file') {
      const isParquet = rows.file.endsWith('.parquet')
      const read = isParquet ? 'read_parquet' : 'read_json'
      const types = Object.entries(rows.types ?? {}).map(
        ([column, type]) => `${quoteText(column)}: ${quoteText(type)}`,
      )
      const options = isParquet ? '' : `, format = 'newline_delimited', columns = {${types.join(', ')}}`
      // a Parquet file is read by column, the text of JSON lines once
      await duckdb.run(
        `CREATE TEMP ${isParquet ? 'VIEW' : 'TABLE'} ${name} AS SELECT * FROM ${read}(${quoteText(rows.file)}${options})`,
      )
      return
    }
    const view = `_${name}`
    await createVersionView(duckdb, view, rows.files)
    const share = rows.files.rows > mostRows ? mostRows / rows.files.rows : 1
    const conditions = [
      ...(share < 1
        ? [`hash(_key || ${quoteText(`${seed} rows`)}) % ${parts} < ${Math.floor(share * parts)}`]
        : []),
      ...(rows.split
        ? [`${splitOf(rows.split.splits, rows.files.schema)} = ${quoteText(rows.split.name)}`]
        : []),
    ]
    const isPlain =
      conditions.length === 0 && rows.files.segments.every(({ removedFile }) => removedFile === undefined)
    const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    // the order of rows is that of the file where nothing is joined or left out; else it is kept by a table
    await duckdb.run(
      `CREATE TEMP ${isPlain ? 'VIEW' : 'TABLE'} ${name} AS SELECT *, _key AS _id FROM ${view} ${filter}`,
    )
  }
}
