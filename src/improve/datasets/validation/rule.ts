import type { DuckDBConnection } from '@duckdb/node-api'
import type { z } from 'zod'
import type { Column, DatasetSchema, Severity } from '../dataset.ts'
import type { SplitsDefinition } from '../definition.ts'
import type { StoredRows } from '../kept/kept-files.ts'
import type { TextDetectors } from './text-detectors.ts'

/** One rule of a definition, as it was written, with what is the same for all. */
export interface Rule<Value = unknown> {
  /** Names it in reports: what its author called it, else made of kind and columns: `pattern(sku)`. */
  readonly name: string
  readonly kind: string
  readonly severity: Severity
  /** Rows that it is about, as a condition in SQL; all where it is left out. */
  readonly when: string | undefined
  /** The share of these rows that may be at fault. */
  readonly tolerance: number
  readonly parameters: Value
  /** Where in the definition it was written. */
  readonly path: readonly (string | number)[]
}

/** A rule that can be declared: how it is written, and how it is worked out. */
export interface RuleKind<Value = unknown> {
  /** In kebab case; its key in the definition. */
  readonly name: string
  /** One sentence for the reference. */
  readonly description: string
  readonly parameters: z.ZodType<Value>
  /** Where it may be written below a column: makes the parameters of what is written there. */
  readonly short?: {
    readonly schema: z.ZodType
    expand(value: never, column: string): unknown
  }
  /** Columns that it names, with where in its parameters. */
  columns(parameters: Value): readonly {
    readonly name: string
    readonly path: readonly (string | number)[]
    /** Whether it may also be one of the `slices` that the definition declares. */
    readonly isSlice?: true
  }[]
  /** What cannot be seen by the schema: a pattern that does not compile, an entity that is not known. */
  check?(parameters: Value, detectors: TextDetectors | undefined): readonly RuleProblem[]
  /** Versions of other datasets that it reads. */
  references?(parameters: Value): readonly string[]
  plan(rule: Rule<Value>, context: PlanContext): Work
}

export interface RuleProblem {
  readonly path: readonly (string | number)[]
  /** Where to point: at the value by default. */
  readonly at?: 'key' | 'value'
  readonly message: string
  readonly mend: string
}

/** Rows as DuckDB sees them: a view with the columns of the schema, `_key` and `_row` (counted from 1). */
export interface RowsView {
  readonly view: string
  readonly schema: DatasetSchema
  readonly rows: number
  /** The segments of a version; left out for rows that are none yet, whose keys nobody has compared. */
  readonly stored?: StoredRows | undefined
}

export interface PlanContext {
  readonly rows: RowsView
  /** The version that this one follows; `undefined` for the first. */
  readonly parent: RowsView | undefined
  /** Versions of other datasets by their reference; what could not be had is missing. */
  readonly others: ReadonlyMap<string, RowsView>
  readonly splits: SplitsDefinition | undefined
  /** The `slices` of the definition, each a condition in SQL. */
  readonly slices: Readonly<Record<string, string>>
  /** The split of a row, as SQL; `undefined` where none are declared. */
  readonly splitExpression: string | undefined
  readonly detectors: TextDetectors | undefined
}

export interface RunContext extends PlanContext {
  readonly duckdb: DuckDBConnection
  readonly scratch: string
  readonly signal: AbortSignal
  /** Names the code, for what is kept beside segments; left out, nothing is kept. */
  readonly code?: string | undefined
}

/** How a rule is worked out. */
export type Work =
  /** A condition in SQL that holds for rows at fault; all of these go into one reading of the rows. */
  | {
      readonly by: 'condition'
      readonly fault: string
      /** What to show of a row at fault, as SQL. */
      readonly excerpt?: string | undefined
      /** Completes "N rows …", as `hold no value`. */
      readonly says: string
      /** Says more of the values at fault, where there are any. */
      readonly explain?: ((excerpts: readonly string[]) => string) | undefined
    }
  /** A look at the values of columns by code; all of these go into one more reading. */
  | {
      readonly by: 'look'
      readonly columns: readonly Column[]
      /** A condition in SQL without which no row can be at fault. */
      readonly suspects?: string | undefined
      /** Only about so many rows, spread evenly by hash. */
      readonly sample?: number | undefined
      /** Of the values of one row in the order of `columns`; a fault, or nothing. `null` for NULL. */
      readonly look: (values: readonly (string | null)[]) => Fault | undefined
      readonly says: string
      readonly isMasked?: boolean
    }
  /** Questions of its own. */
  | {
      readonly by: 'query'
      readonly run: (context: RunContext, when: string | undefined) => Promise<Findings>
    }
  /** Nothing to do, for a reason. */
  | {
      readonly by: 'nothing'
      readonly outcome: 'passed' | 'skipped' | 'failed'
      readonly message: string
    }

/** What is wrong with one row. */
export interface Fault {
  /** In words, as `the tool call call_1 has no answer`. */
  readonly says: string
  /** A piece of the value; masked already where `isMasked`. */
  readonly excerpt?: string | undefined
  /** Counted in the report by this: `CREDIT_CARD`. */
  readonly types?: readonly string[] | undefined
}

/** A row that a report names. */
export interface RowExample {
  readonly key: string
  readonly row: number
  readonly says?: string | undefined
  readonly excerpt?: string | undefined
  /** The row that it is like, or that it collides with. */
  readonly other?: string | undefined
}

/** What a rule found. */
export interface Findings {
  /** How many rows are at fault, exactly; `undefined` where the fault is of the whole. */
  readonly faults: number | undefined
  /** How many rows were looked at. */
  readonly checked: number
  readonly isFailed?: boolean | undefined
  readonly isSkipped?: boolean | undefined
  /** A sentence for people. */
  readonly message: string
  readonly examples: readonly RowExample[]
  /** Numbers behind it, for tools. */
  readonly measured?: Readonly<Record<string, unknown>> | undefined
  /** Where only some rows were looked at: how many of how many. */
  readonly sampled?: { readonly rows: number; readonly of: number } | undefined
}

/** How many rows a report names for each rule; counts are exact. */
export const mostExamples = 20
/** How many characters of a value a report shows. */
export const excerptLength = 80
