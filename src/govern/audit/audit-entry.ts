/** One line of the log, as stored. */
export interface AuditEntry {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly actorName: string
  /** The permission that was used, e.g. `key:create`. */
  readonly action: string
  /** What it was done to: kind, colon, id, e.g. `key:0199…`; for a read that lists, the path. */
  readonly subject: string
  /** `undefined` where it concerns the whole installation. */
  readonly tenant: string | undefined
  /** SHA-256 in hex of the subject's canonical JSON without secrets; `undefined` where there was none. */
  readonly beforeHash: string | undefined
  readonly afterHash: string | undefined
  readonly requestId: string | undefined
}

/** Entries that match all that is given. */
export interface AuditFilter {
  readonly tenant?: string | undefined
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
  /** The id of the last entry of the page before. */
  readonly cursor?: string | undefined
  readonly limit: number
}
