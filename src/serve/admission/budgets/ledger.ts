import type { Database, Logger } from '../../../foundation/platform/index.ts'
import type { Account } from './account.ts'
import type { Journal, Outcome, Recovered, Reservation } from './journal.ts'
import {
  insertEntries,
  type LedgerEntry,
  lockWindows,
  moveToSpent,
  type WindowTotal,
  type WindowUse,
} from './ledger-store.ts'

/** A call that has ended, in the journal and not in the ledger yet. */
export interface Settled {
  readonly slot: number
  readonly reservation: Reservation
  readonly outcome: Outcome | undefined
  /** The account of each window of the reservation, in their order. */
  readonly accounts: readonly Account[]
}

const batchSize = 500

/**
 * Brings calls that have ended from the journal into the ledger, each exactly once: a batch that was written although
 * nobody heard of it is recognised by its ids when it comes again.
 */
export class Ledger {
  readonly #database: Database
  readonly #journal: Journal
  readonly #logger: Logger
  readonly #replica: string
  readonly #onTotals: (totals: readonly WindowTotal[]) => void
  #waiting: Settled[] = []

  constructor(options: {
    readonly database: Database
    readonly journal: Journal
    readonly logger: Logger
    readonly replica: string
    readonly onTotals: (totals: readonly WindowTotal[]) => void
  }) {
    this.#database = options.database
    this.#journal = options.journal
    this.#logger = options.logger
    this.#replica = options.replica
    this.#onTotals = options.onTotals
  }

  get waiting(): number {
    return this.#waiting.length
  }

  add(settled: Settled): void {
    this.#waiting.push(settled)
  }

  /** Writes all that waits. Throws where Postgres cannot take it now; nothing is lost then. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchSize)
      const totals = await writeBatch(this.#database, this.#replica, batch)
      this.#waiting = this.#waiting.slice(batch.length)
      for (const { slot, accounts, reservation, outcome } of batch) {
        usesOf({ reservation, outcome }).forEach((used, index) => accounts[index]?.reported(used))
        this.#journal.free(slot)
      }
      this.#onTotals(totals)
    }
  }

  /** What an earlier process left: what had ended is written as it ended, what was under way as its worst case. */
  async recover(owner: string): Promise<void> {
    const left = [...this.#journal.recover()]
    for (let from = 0; from < left.length; from += batchSize) {
      await writeBatch(this.#database, owner, left.slice(from, from + batchSize))
    }
    for (const { slot } of left) this.#journal.free(slot)
    if (left.length === 0) return
    const interrupted = left.filter(({ outcome }) => outcome === undefined).length
    this.#logger.warn(
      { entries: left.length, interrupted },
      'The last process was killed. What its calls cost was recovered from the journal.',
    )
  }
}

async function writeBatch(
  database: Database,
  replica: string,
  batch: readonly Recovered[],
): Promise<WindowTotal[]> {
  return await database.transaction(async transaction => {
    const inserted = await insertEntries(transaction, batch.map(toEntry))
    const uses = sumUses(batch.filter(({ reservation }) => inserted.has(reservation.id)))
    if (uses.length === 0) return []
    const totals = await lockWindows(transaction, uses)
    await moveToSpent(transaction, replica, uses)
    const used = new Map(uses.map(use => [use.name, use.used]))
    return totals.map(total => ({ ...total, spent: total.spent + (used.get(total.name) ?? 0) }))
  })
}

function toEntry({ reservation, outcome }: Recovered): LedgerEntry {
  return {
    id: reservation.id,
    at: new Date(reservation.atMs).toISOString(),
    request_id: reservation.requestId,
    tenant: reservation.tenant,
    key_id: reservation.keyId,
    service: reservation.service,
    target: outcome?.target ?? null,
    model: outcome?.model ?? null,
    cost_nano_usd: outcome ? outcome.costNanoUsd : reservation.worstNanoUsd,
    usage: outcome?.usage ?? null,
    is_estimate: outcome?.isEstimate ?? true,
    is_interrupted: outcome === undefined,
  }
}

/** What a call used of its windows; one that nobody knows the end of, all that was set aside. */
function usesOf({ reservation, outcome }: Recovered): readonly number[] {
  return outcome?.used ?? reservation.windows.map(([name, reserved]) => (isUnderWay(name) ? 0 : reserved))
}

function sumUses(batch: readonly Recovered[]): WindowUse[] {
  const sums = new Map<string, WindowUse>()
  for (const recovered of batch) {
    const uses = usesOf(recovered)
    recovered.reservation.windows.forEach(([name, , endsAtMs], index) => {
      const used = (sums.get(name)?.used ?? 0) + (uses[index] ?? 0)
      sums.set(name, { name, used, ends_at: new Date(endsAtMs).toISOString() })
    })
  }
  return [...sums.values()].filter(({ used }) => used !== 0)
}

/** What is under way is nothing that is used up. */
function isUnderWay(window: string): boolean {
  return window.includes('/concurrent/')
}
