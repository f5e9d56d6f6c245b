/** What a column is compared as. */
export const columnKinds = ['number', 'category', 'text', 'vector'] as const
export type ColumnKind = (typeof columnKinds)[number]

export interface DriftColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** Of numbers: `ms`, `USD`. */
  readonly unit?: string | undefined
  /** What either sample calls it, where that is another name. */
  readonly columns?: Pair<string> | undefined
}

/** Values of one column in both samples, in the order of their rows. */
export interface Pair<Values> {
  readonly reference: Values
  readonly current: Values
}

/** What stands for all values that are rarer than those named. */
export const another = 'another'

/** Categories as places in `values`: 0 is none (a missing value), the last stands for all that are rarer than those named. */
export interface Categories extends Pair<Uint16Array> {
  readonly values: readonly string[]
}

/** A row of a random sample. */
export interface SampledRow {
  /** The id of the inference, or the key of the row. */
  readonly id: string
  /** By column: numbers, categories and texts, vectors; `null` where there is none. */
  readonly cells: Readonly<Record<string, number | string | readonly number[] | null>>
}

/** Two samples, read column by column: each is held once, whole, and then let go. */
export interface SampleReader {
  readonly rows: Pair<number>
  /** `NaN` where there is none. Of texts their length in characters. */
  numbers(column: DriftColumn): Promise<Pair<Float64Array>>
  categories(column: DriftColumn, most: number): Promise<Categories>
  /** At most so many rows of each, drawn with the seed, in random order; only those that have `having`, where it is given. */
  sample(
    columns: readonly DriftColumn[],
    most: number,
    seed: string,
    having?: string,
  ): Promise<Pair<readonly SampledRow[]>>
}
