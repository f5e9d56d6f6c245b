import type { MetricRow } from './point.ts'

/** What this replica did lately, in memory: what is shown while Postgres is away, and never has to be read from there. */
export class Ring {
  readonly #ticks: { readonly atMs: number; readonly rows: readonly MetricRow[] }[] = []
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(atMs: number, rows: readonly MetricRow[]): void {
    this.#ticks.push({ atMs, rows })
    if (this.#ticks.length > this.#capacity) this.#ticks.shift()
  }

  /** The oldest stretch that is still held; `undefined` where there is none. */
  get sinceMs(): number | undefined {
    return this.#ticks[0]?.atMs
  }

  /** The rows of a metric in `[fromMs, toMs)`, the oldest first; of all metrics where none is named. */
  read(metric: string | undefined, fromMs: number, toMs: number): MetricRow[] {
    return this.#ticks
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .flatMap(({ rows }) => (metric === undefined ? rows : rows.filter(row => row.metric === metric)))
  }
}
