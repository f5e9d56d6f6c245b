/**
 * What this process may spend of one window, and what it has. `leased` was granted by Postgres; of it `reserved` is set
 * aside for calls under way, and `unreported` was spent by calls whose entries are not in the ledger yet.
 */
export class Account {
  readonly window: string
  readonly endsAtMs: number
  /** The limit that what is leased was leased under. */
  limit: number
  leased = 0
  reserved = 0
  unreported = 0
  /** What all processes together had spent and leased when Postgres was last asked. */
  knownTaken = 0
  usedAt = 0

  constructor(window: string, endsAtMs: number, limit: number) {
    this.window = window
    this.endsAtMs = endsAtMs
    this.limit = limit
  }

  get free(): number {
    return this.leased - this.reserved - this.unreported
  }

  reserve(amount: number, now: number): void {
    this.reserved += amount
    this.usedAt = now
  }

  /** The call has ended: what was set aside for it is free again but for what it used. */
  settle(reserved: number, used: number): void {
    this.reserved -= reserved
    this.unreported += used
  }

  /** Postgres has the entry now, and has taken it off the lease; a call may have used more than was leased. */
  reported(used: number): void {
    this.unreported -= used
    this.leased = Math.max(0, this.leased - used)
  }
}
