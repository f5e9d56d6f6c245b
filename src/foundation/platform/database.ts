/** What a store may ask of Postgres, inside a transaction or outside. */
export interface Queryable {
  /**
   * Runs one statement with `$1`-style values and returns its rows. Integers of 8 bytes come as `number`. It always
   * settles: a statement without an answer after half a minute fails with `storage_unavailable`, and whether it took
   * effect is not known then.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction; whatever it throws rolls back and is thrown on. `statementLimitMs` is for the rare
   * work, such as a migration, where one statement may take longer than half a minute.
   */
  transaction<Result>(
    work: (transaction: Queryable) => Promise<Result>,
    options?: { readonly statementLimitMs?: number },
  ): Promise<Result>
  /** Calls back for every NOTIFY on `channel`; reconnects by itself and then calls back once with `''`. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
