/**
 * What a version of a dataset is.
 *
 * A version is its rows under a schema. The rows lie in immutable Parquet files (segments), named by the SHA-256 of their
 * bytes, in the object store; a manifest names the segments and, for each, the rows of it that this version no longer has.
 * A change therefore stores the changed rows and the positions of those they replace, and nothing else; segments of which
 * too little is left are written anew.
 */

/** What a cell may hold. `json` is any nested value, kept as its JSON text with keys in their order. */
export type ColumnType = 'boolean' | 'integer' | 'number' | 'string' | 'timestamp' | 'json'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly isNullable: boolean
}

/** What a column is for. Evaluators, label checks and trainers find it by its role. */
export type ColumnRole = 'input' | 'expected' | 'label' | 'context' | 'annotator' | 'weight' | 'slice'

export interface DatasetSchema {
  readonly columns: readonly Column[]
  /** The columns that name a row; empty where a row is named by all that it holds. */
  readonly key: readonly string[]
}

/** Names one row of a dataset in every version: the canonical JSON of its key's values, or the hash of the row and its copy. */
export type RowKey = string

/** One row as JSON: nested values as values, not as text. */
export type Row = Readonly<Record<string, unknown>>

/** Rows that lie together. */
export interface Segment {
  /** `sha256-…` of the bytes of the Parquet file; its place in the object store follows from it. */
  readonly object: string
  readonly rows: number
  readonly bytes: number
  /** The positions in the file of rows that are not part of the version. */
  readonly removed?: { readonly object: string; readonly rows: number; readonly bytes: number }
}

/** Where the rows of a version came from. */
export type VersionSource =
  | {
      readonly kind: 'import'
      readonly format: string
      readonly file: string
      readonly sha256: string
      /** What became of the rows that were there; not in versions of before it was noted. */
      readonly mode?: 'all' | 'upsert' | 'append'
      /** Where the caller said it. */
      readonly delimiter?: string
    }
  | {
      readonly kind: 'inferences' | 'feedback' | 'reviews'
      readonly filter: unknown
      readonly from: string
      readonly to: string
    }
  | { readonly kind: 'merge'; readonly of: string }
  | { readonly kind: 'edit' }
  /** Made from another version by a step that says its name and its parameters: near-duplicate removal, reweighting … */
  | { readonly kind: 'derived'; readonly of: string; readonly by: string; readonly parameters: unknown }

export type Severity = 'error' | 'warn'

/** What one check found when the version was published; the report holds the rows. */
export interface CheckSummary {
  readonly check: string
  readonly severity: Severity
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** How many rows are at fault; `undefined` where the fault is of the whole. */
  readonly rows: number | undefined
}

/** All that a version is; its SHA-256 as canonical JSON names the version. */
export interface VersionManifest {
  readonly format: 1
  readonly dataset: string
  readonly tenant: string
  readonly schema: DatasetSchema
  readonly rows: number
  /** Of schema and rows alone: equal where the content is, however it lies in segments and whoever made it. */
  readonly contentHash: string
  readonly segments: readonly Segment[]
  /** One, two after a merge, none for the first. */
  readonly parents: readonly string[]
  readonly source: VersionSource
  /** SHA-256 of the definition (key, types, roles, splits, checks) that was in force. */
  readonly definitionHash: string
  readonly checks: readonly CheckSummary[]
  readonly author: string
  readonly message: string
  readonly createdAt: string
}

export interface DatasetVersion {
  /** Hexadecimal SHA-256 of the manifest. */
  readonly id: string
  /** Counts up within the dataset: 1, 2, 3 … for people. */
  readonly number: number
  readonly manifest: VersionManifest
}

/**
 * How a version is named everywhere (API, CLI, suites, lineage): `NAME`, `NAME@BRANCH`, `NAME@TAG`, `NAME@12`, or `NAME@` and
 * eight or more digits of its id; `:SPLIT` behind it takes one split. `NAME` alone is its branch `main`.
 */
export interface DatasetReference {
  readonly dataset: string
  readonly revision: string
  readonly split: string | undefined
}
