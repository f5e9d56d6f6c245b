/** Something that answers `/v1/chat/completions` by asking the mock. */
export interface Contender {
  readonly name: string
  readonly url: string
  readonly headers: Record<string, string>
  /** The gateway's own processes, workers included, a database that it brings not. */
  readonly pids: () => readonly number[]
  /** Those of the database that it brings. */
  readonly databasePids?: () => readonly number[]
}

/** A gateway that was tried and could not be measured, with what stood in the way. */
export interface NotServed {
  readonly name: string
  readonly served: false
  readonly reason: string
}
