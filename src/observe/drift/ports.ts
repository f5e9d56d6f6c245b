import type { DriftReport } from './report.ts'
import type { ColumnKind, DriftColumn, Pair } from './sample.ts'

/** A column whose kind its values decide where nothing says it. */
export interface ComparedColumn extends Omit<DriftColumn, 'kind'> {
  readonly kind: ColumnKind | 'auto'
}

/** A version of a dataset, or a file of traffic: JSON lines whose columns have the types of `columns`. */
export type LaidSample =
  | { readonly kind: 'dataset'; readonly tenant: string; readonly version: string }
  | {
      readonly kind: 'file'
      /** In words. */
      readonly of: string
      readonly file: string
      readonly total: number
      readonly columns: readonly ComparedColumn[]
    }

/** What this domain needs of those that have the rows of datasets and the processes that read many rows. */
export interface DriftPorts {
  /** The version that a reference names now, and its columns. Throws `not_found` and `invalid_request`. */
  findVersion(
    tenant: string,
    reference: string,
  ): Promise<{ readonly version: string; readonly columns: readonly ComparedColumn[] }>
  /** Calls `work` with a folder of its own, deleted afterwards. */
  withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result>
  /** `explainChange`, in a process of its own. */
  compare(
    wanted: {
      readonly samples: Pair<LaidSample>
      readonly columns: readonly ComparedColumn[]
      readonly quality: { readonly label: string; readonly judge?: string | undefined } | undefined
      readonly seed: string
      readonly mostRows: number
      readonly notes: readonly string[]
    },
    options: {
      readonly signal: AbortSignal
      readonly progress: (share: number, step: string) => void
    },
  ): Promise<DriftReport>
}
