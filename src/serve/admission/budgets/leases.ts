import type { Database } from '../../../foundation/platform/index.ts'
import type { Account } from './account.ts'
import type { Share } from './grant.ts'
import { changeLeases, freeSlotsOfTheGone, giveBackLeases, ownLeases, recall } from './lease-store.ts'
import { lockWindows } from './ledger-store.ts'
import type { Serial } from './serial.ts'

interface Waiter {
  readonly needs: readonly Share[]
  readonly settle: (result: 'asked' | { readonly error: unknown }) => void
}

const slicesEach = 4

/**
 * Gets shares of windows from Postgres. All that wait are asked for in one transaction; a share is larger than what is
 * lacking while there is plenty, and no larger near the end, so that no process sits on what another needs.
 */
export class Leases {
  readonly #database: Database
  readonly #replica: string
  readonly #serial: Serial
  #waiters: Waiter[] = []
  #isUncertain = false
  /** Processes that share the windows, as last counted. */
  replicas = 1

  constructor(database: Database, replica: string, serial: Serial) {
    this.#database = database
    this.#replica = replica
    this.#serial = serial
  }

  /** Resolves when Postgres was asked, whether it gave enough or not. Throws `storage_unavailable`. */
  async ask(needs: readonly Share[]): Promise<void> {
    const result = await new Promise<'asked' | { readonly error: unknown }>(settle => {
      this.#waiters.push({ needs, settle })
      if (this.#waiters.length === 1) void this.#serial.run(() => this.#acquire())
    })
    if (result !== 'asked') throw result.error
  }

  /** Asks the other processes for what they hold of these windows and do not need. */
  async recall(windows: readonly string[]): Promise<void> {
    await recall(this.#database, windows)
  }

  /** Gives back what nobody needs here. */
  async giveBack(accounts: readonly Account[]): Promise<void> {
    await this.#serial.run(async () => {
      const changes = accounts
        .map(account => ({ account, amount: account.free }))
        .filter(({ amount }) => amount > 0)
      if (changes.length === 0) return
      // first here, then there: what is spent twice is worse than what is held for nothing
      for (const { account, amount } of changes) account.leased -= amount
      try {
        const named = changes.map(({ account, amount }) => ({ name: account.window, amount }))
        await giveBackLeases(this.#database, this.#replica, named)
      } catch (error) {
        this.#isUncertain = true
        throw error
      }
    })
  }

  /** An answer of Postgres was lost: what it holds of us may not be what we think. */
  distrust(): void {
    this.#isUncertain = true
  }

  /** After an answer of Postgres was lost, what it says is what holds. Runs alone, with no batch under way. */
  async reconcile(accounts: ReadonlyMap<string, Account>): Promise<void> {
    if (!this.#isUncertain) return
    await this.#serial.run(async () => {
      const rows = new Map(
        (await ownLeases(this.#database, this.#replica)).map(row => [row.name, row.amount]),
      )
      for (const [name, account] of accounts) account.leased = rows.get(name) ?? 0
      this.#isUncertain = false
    })
  }

  async #acquire(): Promise<void> {
    const waiters = this.#waiters
    this.#waiters = []
    try {
      await this.#lease(sumNeeds(waiters.flatMap(({ needs }) => needs)))
      for (const { settle } of waiters) settle('asked')
    } catch (error) {
      this.#isUncertain = true
      for (const { settle } of waiters) settle({ error })
    }
  }

  async #lease(needs: readonly Share[]): Promise<void> {
    const windows = needs.map(({ account }) => ({
      name: account.window,
      ends_at: new Date(account.endsAtMs).toISOString(),
    }))
    const underWay = needs
      .filter(({ rule }) => rule.measure === 'concurrent')
      .map(need => need.account.window)
    // what was leased under another limit goes back first, so that a lower one holds at once
    const outdated = needs.filter(({ rule, account }) => account.limit !== rule.limit && account.free > 0)
    const surplus = outdated.map(({ account }) => ({ name: account.window, amount: account.free }))
    for (const { account } of outdated) account.leased -= account.free
    const granted = await this.#database.transaction(async transaction => {
      if (underWay.length > 0) await freeSlotsOfTheGone(transaction, underWay)
      const locked = await lockWindows(transaction, windows)
      if (surplus.length > 0) await giveBackLeases(transaction, this.#replica, surplus)
      const returned = new Map(surplus.map(({ name, amount }) => [name, amount]))
      const totals = new Map(locked.map(total => [total.name, total]))
      const changes = needs.map(({ rule, account, amount }) => {
        const { spent = 0, leased: before = 0 } = totals.get(account.window) ?? {}
        const leased = Math.max(0, before - (returned.get(account.window) ?? 0))
        const available = Math.max(0, rule.limit - spent - leased)
        const lacking = Math.max(0, amount - account.free)
        const slice = Math.floor(available / (slicesEach * this.replicas))
        const given = Math.min(available, Math.max(lacking, slice))
        return { account, name: account.window, amount: given, taken: spent + leased + given }
      })
      await changeLeases(transaction, this.#replica, changes)
      return changes
    })
    for (const { rule, account } of needs) account.limit = rule.limit
    for (const { account, amount, taken } of granted) {
      account.leased += amount
      account.knownTaken = taken
    }
  }
}

function sumNeeds(needs: readonly Share[]): Share[] {
  const sums = new Map<Account, Share>()
  for (const need of needs) {
    const amount = (sums.get(need.account)?.amount ?? 0) + need.amount
    sums.set(need.account, { ...need, amount })
  }
  return [...sums.values()]
}
