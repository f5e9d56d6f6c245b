import type { Column, ColumnType } from '../dataset.ts'

/** What files of rows are read and written as. */
export const fileFormats = [
  'jsonl',
  'csv',
  'tsv',
  'parquet',
  'openai-chat',
  'openai-preference',
  'openai-evals',
  'openai-eval-items',
  'promptfoo',
] as const
export type FileFormat = (typeof fileFormats)[number]

export const compressions = ['none', 'gzip', 'zstd'] as const
export type Compression = (typeof compressions)[number]

/** What a file was taken for, and by what. */
export interface DetectedFormat {
  readonly format: FileFormat
  /** One clause for people: `each line is an object with messages`. */
  readonly why: string
  /** How the text is laid out, where the format alone does not say it. */
  readonly layout: 'lines' | 'document' | 'yaml' | 'table' | 'parquet'
}

/** A column's type as somebody has declared it: it wins over what the values look like. */
export type DeclaredTypes = Readonly<Record<string, ColumnType>>

/** Rows of a file as one Parquet file, ready to be published. */
export interface ImportedFile {
  readonly format: FileFormat
  readonly compression: Compression
  readonly why: string
  readonly file: string
  readonly rows: number
  readonly columns: readonly Column[]
  /** Whether the file has the hash of each row as `_hash`. */
  readonly isHashed: boolean
  /** Of the file as it came. */
  readonly sha256: string
  readonly bytes: number
}

/** A row that is longer is refused: nothing that reads rows has to hold more at once. */
export const mostRowBytes = 16 * 1024 * 1024
/** Columns that a dataset may have. */
export const mostColumns = 2_000
/** Documents that are read whole, not line by line, may be so long. */
export const mostDocumentBytes = 64 * 1024 * 1024
