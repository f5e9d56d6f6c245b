/** The kinds of tokens and units that exports tell apart. Reasoning is part of `output` in all of them. */
export const exportBuckets = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWriteHour',
  'audioInput',
  'imageInput',
  'output',
  'audioOutput',
  'imageOutput',
  'searches',
] as const

export type ExportBucket = (typeof exportBuckets)[number]
export type ExportCounts = Readonly<Partial<Record<ExportBucket, number>>>

/** One line of a provider's export: what it says of a model, or of one answer, on a day. */
export interface ExportRow {
  /** UTC, ISO; `undefined` where the export does not say, and is of one day only. */
  readonly day: string | undefined
  /** `undefined` where the amount is not told by model. */
  readonly model: string | undefined
  /** The provider's id of the answer, where the export has one line an answer. */
  readonly answerId?: string | undefined
  readonly calls?: number | undefined
  /** Disjoint; a bucket that the export does not tell apart is left out. `undefined` where it tells of money only. */
  readonly counts?: ExportCounts | undefined
  readonly costNanoUsd?: number | undefined
}

/** A record of an export, flat: `amount.value`, `cache_creation.ephemeral_1h_input_tokens`. */
export type FlatRecord = Readonly<Record<string, string | number | boolean | null>>
