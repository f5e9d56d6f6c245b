/** What a store may ask of Postgres, inside a transaction or outside. */
export interface Queryable {
  /** Runs one statement with `$1`-style values and returns its rows. Integers of 8 bytes come as `number`. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction; whatever it throws rolls back and is thrown on. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>
  /** Calls back for every NOTIFY on `channel`; reconnects by itself and then calls back once with `''`. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
