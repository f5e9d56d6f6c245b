import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import { createId, Failure, isStorageUnavailable } from '../../../foundation/platform/index.ts'
import type { Database, Logger } from '../../../foundation/platform/index.ts'
import { Account } from './account.ts'
import { type AdmissionMetrics, createAdmissionMetrics } from './admission-metrics.ts'
import { Grant, isLacking, type Share } from './grant.ts'
import { Journal, type Reservation } from './journal.ts'
import { Ledger } from './ledger.ts'
import { announceReplica, countReplicas, dropOldWindows, dropReplica, recallChannel } from './lease-store.ts'
import { Leases } from './leases.ts'
import type { WindowTotal } from './ledger-store.ts'
import { type AdmissionDemand, amountOf } from './demand.ts'
import { refusalOf } from './refusals.ts'
import { type Rule, windowOf } from './rule.ts'
import type { TimeWindow } from './window.ts'
import { Serial } from './serial.ts'

export interface AdmissionOptions {
  readonly database: Database
  readonly logger: Logger
  readonly metrics: Registry
  /** The memory that outlives the process; zeros, or what an earlier process left. */
  readonly journal: Uint8Array
  /** The rules of a request, from memory. */
  readonly rulesOf: (tenant: string, keyId: string, service: string) => readonly Rule[]
  /** What all processes together have spent of windows that have just changed. */
  readonly onTotals?: (totals: readonly WindowTotal[]) => void
}

export interface Admission {
  /**
   * Sets aside the worst case of a request in every window it counts in. Memory only where this process has enough of
   * each; else it asks Postgres for more. Throws `rate_limited`, `budget_exhausted`, `unpriced_target`, or
   * `not_ready` where the journal is full.
   */
  admit(demand: AdmissionDemand): Grant | Promise<Grant>
  /** Writes what has ended, gives everything back. */
  stop(): Promise<void>
  /** Writes what has ended until now. */
  flush(): Promise<void>
  /** Processes that admit now, on all machines, this one included; as of the last seconds. Memory only. */
  liveProcesses(): number
  /** This process, as the tables name it. */
  readonly replica: string
}

const flushMs = 1_000
/** So many that have ended do not wait for their time. */
const flushCount = 500
const heartbeatMs = 3_000
const idleMs = 5_000
/** How often others are asked for what they hold before a request is refused, and the first wait for them; it doubles. */
const recalls = 5
const recallMs = 15

/** Recovers what an earlier process left in the journal, then admits. */
export async function createAdmission(options: AdmissionOptions): Promise<Admission> {
  const admission = new LeasedAdmission(options)
  await admission.start()
  return admission
}

class LeasedAdmission implements Admission {
  readonly replica = createId()
  readonly #options: AdmissionOptions
  readonly #journal: Journal
  readonly #serial = new Serial()
  readonly #ledger: Ledger
  readonly #leases: Leases
  readonly #metrics: AdmissionMetrics
  readonly #accounts = new Map<string, Account>()
  /** The window that each rule counts in now, which only its end changes. */
  readonly #current = new WeakMap<Rule, { readonly window: TimeWindow; readonly account: Account }>()
  readonly #timers: ReturnType<typeof setInterval>[] = []
  #stopListening: (() => Promise<void>) | undefined
  #isFlushing = false
  #flushSoon = (): void => {}

  constructor(options: AdmissionOptions) {
    const { database, logger, onTotals } = options
    this.#options = options
    this.#journal = new Journal(options.journal)
    this.#leases = new Leases(database, this.replica, this.#serial)
    this.#metrics = createAdmissionMetrics(options.metrics, () => this.#ledger.waiting)
    this.#ledger = new Ledger({
      database,
      journal: this.#journal,
      logger,
      replica: this.replica,
      onTotals: totals => {
        for (const { name, spent, leased } of totals) {
          const account = this.#accounts.get(name)
          if (account) account.knownTaken = spent + leased
        }
        onTotals?.(totals)
      },
    })
  }

  async start(): Promise<void> {
    const { database, logger } = this.#options
    const { owner } = this.#journal
    if (owner !== undefined) {
      await this.#ledger.recover(owner)
      await dropReplica(database, owner)
    }
    await announceReplica(database, this.replica)
    this.#journal.owner = this.replica
    this.#leases.replicas = await countReplicas(database)
    this.#stopListening = await database.listen(recallChannel, text => {
      void this.#giveBack(text === '' ? undefined : (JSON.parse(text) as string[])).catch(() => undefined)
    })
    const inBackground = (work: () => Promise<void>, what: string): (() => void) => {
      let isFailing = false
      const run = async (): Promise<void> => {
        try {
          await work()
          isFailing = false
        } catch (error) {
          if (!isFailing) logger.warn({ err: error }, what)
          isFailing = true
        }
      }
      return () => void run()
    }
    this.#flushSoon = inBackground(
      () => this.flush(),
      'The ledger cannot be written now; the journal keeps what has ended.',
    )
    const beat = inBackground(() => this.#beat(), 'The shares of limits and budgets cannot be renewed now.')
    this.#timers.push(setInterval(this.#flushSoon, flushMs), setInterval(beat, heartbeatMs))
  }

  admit(demand: AdmissionDemand): Grant | Promise<Grant> {
    const rules = this.#options.rulesOf(demand.tenant, demand.keyId, demand.service)
    const shares = rules.length === 0 ? [] : this.#sharesOf(rules, demand)
    const lacking = shares.filter(isLacking)
    return lacking.length === 0 ? this.#grant(demand, shares) : this.#admitLater(demand, shares)
  }

  liveProcesses(): number {
    return this.#leases.replicas
  }

  async flush(): Promise<void> {
    if (this.#isFlushing || this.#ledger.waiting === 0) return
    this.#isFlushing = true
    try {
      await this.#serial.run(() => this.#ledger.flush())
    } catch (error) {
      this.#leases.distrust()
      throw error
    } finally {
      this.#isFlushing = false
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#stopListening?.()
    try {
      await this.#serial.run(() => this.#ledger.flush())
      await this.#giveBack(undefined)
      const isEmpty = [...this.#accounts.values()].every(
        ({ reserved, unreported }) => reserved + unreported === 0,
      )
      if (isEmpty && this.#ledger.waiting === 0) await dropReplica(this.#options.database, this.replica)
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'The journal keeps what the ledger could not take; the next start writes it.',
      )
    }
  }

  #sharesOf(rules: readonly Rule[], demand: AdmissionDemand): Share[] {
    const nowMs = Date.now()
    return rules.map(rule => ({
      rule,
      account: this.#accountOf(rule, nowMs),
      amount: amountOf(rule, demand),
    }))
  }

  #accountOf(rule: Rule, nowMs: number): Account {
    const current = this.#current.get(rule)
    if (current && nowMs >= current.window.startsAtMs && nowMs < current.window.endsAtMs) {
      return current.account
    }
    const window = windowOf(rule, nowMs)
    const { name, endsAtMs } = window
    let account = this.#accounts.get(name)
    if (!account) this.#accounts.set(name, (account = new Account(name, endsAtMs, rule.limit)))
    this.#current.set(rule, { window, account })
    return account
  }

  #grant(demand: AdmissionDemand, shares: readonly Share[]): Grant {
    const output = demand.maxOutputTokens ?? demand.assumedOutputTokens
    const nowMs = Date.now()
    const reservation: Reservation = {
      id: demand.inferenceId,
      requestId: demand.requestId,
      atMs: nowMs,
      tenant: demand.tenant,
      keyId: demand.keyId,
      service: demand.service,
      windows: shares.map(({ account, amount }) => [account.window, amount, account.endsAtMs]),
      worstNanoUsd: demand.worstCaseNanoUsd(output) ?? null,
    }
    const slot = this.#journal.reserve(reservation)
    if (slot === undefined) {
      this.#metrics.refused('journal_full')
      const message = 'More calls have ended than Postgres could take so far, so no more are sent. Try again.'
      throw new Failure('not_ready', message, { details: { retryAfterSeconds: 2 } })
    }
    for (const { account, amount } of shares) account.reserve(amount, nowMs)
    const isHard = shares.some(({ rule }) => rule.measure === 'usd' && rule.kind === 'hard')
    return new Grant({
      shares,
      reservation,
      slot,
      journal: this.#journal,
      maxOutputTokens: isHard && demand.maxOutputTokens === undefined ? output : undefined,
      onSettled: settled => {
        this.#ledger.add(settled)
        if (this.#ledger.waiting % flushCount === 0) this.#flushSoon()
      },
      ask: needs => this.#leases.ask(needs),
    })
  }

  async #admitLater(demand: AdmissionDemand, shares: readonly Share[]): Promise<Grant> {
    let current = shares
    for (let attempt = 0; ; attempt += 1) {
      const needs = current.filter(isLacking)
      if (needs.length === 0) return this.#grant(demand, current)
      try {
        await this.#leases.ask(needs)
      } catch (error) {
        return this.#admitBlindly(demand, current, error)
      }
      const still = current.filter(isLacking)
      if (still.length === 0) return this.#grant(demand, current)
      const isHopeless = still.some(({ rule, amount }) => amount > rule.limit)
      if (isHopeless || attempt >= recalls) throw this.#refuse(still)
      await this.#leases.recall(still.map(({ account }) => account.window)).catch(() => undefined)
      await sleep(recallMs * 2 ** attempt)
      // another window may have begun meanwhile
      current = this.#sharesOf(
        current.map(({ rule }) => rule),
        demand,
      )
    }
  }

  /** Without Postgres: hard budgets refuse what they cannot vouch for, everything else lets pass, and it is counted. */
  #admitBlindly(demand: AdmissionDemand, shares: readonly Share[], error: unknown): Grant {
    if (!isStorageUnavailable(error) && !(error instanceof Failure)) throw error
    const lacking = shares.filter(isLacking)
    if (lacking.some(({ rule }) => rule.measure === 'usd')) {
      this.#metrics.refused('storage')
      throw new Failure(
        'storage_unavailable',
        'The budget of this request cannot be checked, as Postgres does not answer, and what is left of the last share is not enough. Try again.',
        { cause: error, details: { retryAfterSeconds: 2 } },
      )
    }
    for (const { rule } of lacking) this.#metrics.unchecked(rule.measure)
    return this.#grant(demand, shares)
  }

  #refuse(still: readonly Share[]): Failure {
    const [first] = still
    if (!first) throw new Error('nothing is lacking')
    this.#metrics.refused(first.rule.measure)
    return refusalOf(first, Date.now())
  }

  async #giveBack(windows: readonly string[] | undefined): Promise<void> {
    const accounts =
      windows === undefined
        ? [...this.#accounts.values()]
        : windows.map(name => this.#accounts.get(name)).filter(account => account !== undefined)
    await this.#leases.giveBack(accounts)
  }

  async #beat(): Promise<void> {
    const { database } = this.#options
    await announceReplica(database, this.replica)
    this.#leases.replicas = await countReplicas(database)
    await this.#serial.run(() => this.#ledger.flush())
    await this.#leases.reconcile(this.#accounts)
    const nowMs = Date.now()
    const idle = [...this.#accounts.values()].filter(
      ({ usedAt, endsAtMs }) => nowMs - usedAt > idleMs || endsAtMs < nowMs,
    )
    await this.#leases.giveBack(idle)
    for (const { window, reserved, unreported, endsAtMs } of idle) {
      if (endsAtMs < nowMs && reserved === 0 && unreported === 0) this.#accounts.delete(window)
    }
    if (Math.random() < 0.001) await dropOldWindows(database)
  }
}
