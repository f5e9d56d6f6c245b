import { totalInputTokens, totalOutputTokens, type Usage } from '../../../foundation/config/index.ts'
import { createId } from '../../../foundation/platform/index.ts'
import type { Account } from './account.ts'
import { type HeldLimit, heldOf, leftOf } from './held.ts'
import type { Journal, Reservation } from './journal.ts'
import type { Settled } from './ledger.ts'
import type { Measure, Rule } from './rule.ts'

/** One window that a request counts in, and what is set aside there for it. */
export interface Share {
  readonly rule: Rule
  readonly account: Account
  readonly amount: number
}

/** What is left of a limit, as far as this process knows. */
export interface LimitLeft {
  readonly measure: 'requests' | 'tokens'
  readonly limit: number
  readonly remaining: number
  readonly endsAtMs: number
}

/** How a request ended, as far as money is concerned. */
export interface SettledSpend {
  readonly usage: Usage | undefined
  readonly costNanoUsd: number | undefined
  readonly isEstimate: boolean
  readonly target: string | undefined
  readonly model: string | undefined
}

/** Whether this process has not enough of a hard rule for it, or only what it was given before the limit changed. */
export function isLacking({ rule, account, amount }: Share): boolean {
  return rule.kind === 'hard' && (account.free < amount || account.limit !== rule.limit)
}

/** Leave to send one request. What it was set aside is given back when it is settled, which happens once. */
export class Grant {
  readonly maxOutputTokens: number | undefined
  readonly #shares: readonly Share[]
  readonly #reservation: Reservation
  readonly #slots: number[]
  readonly #journal: Journal
  readonly #onSettled: (settled: Settled) => void
  readonly #ask: (needs: readonly Share[]) => Promise<void>
  #times = 1
  #isSettled = false

  constructor(options: {
    readonly shares: readonly Share[]
    readonly reservation: Reservation
    readonly slot: number
    readonly journal: Journal
    readonly maxOutputTokens: number | undefined
    readonly onSettled: (settled: Settled) => void
    /** Asks Postgres for more of what is lacking. */
    readonly ask: (needs: readonly Share[]) => Promise<void>
  }) {
    this.#shares = options.shares
    this.#reservation = options.reservation
    this.#slots = [options.slot]
    this.#journal = options.journal
    this.maxOutputTokens = options.maxOutputTokens
    this.#onSettled = options.onSettled
    this.#ask = options.ask
  }

  /**
   * Sets the same aside once more, for another attempt after one that may have cost something. `false` where there is
   * not enough: then the request must not be sent again.
   */
  async again(): Promise<boolean> {
    const paid = this.#shares.filter(({ rule }) => rule.measure === 'usd' || rule.measure === 'tokens')
    if (paid.some(isLacking)) await this.#ask(paid.filter(isLacking)).catch(() => undefined)
    if (paid.some(isLacking) || this.#isSettled) return false
    const windows = paid.map(({ account, amount }) => [account.window, amount, account.endsAtMs] as const)
    const slot = this.#journal.reserve({ ...this.#reservation, id: createId(), windows })
    if (slot === undefined) return false
    this.#slots.push(slot)
    for (const { account, amount } of paid) account.reserve(amount, Date.now())
    this.#times += 1
    return true
  }

  settle(spend: SettledSpend): void {
    if (this.#isSettled) return
    this.#isSettled = true
    const used = this.#shares.map(({ rule }) => usedOf(rule, spend))
    this.#shares.forEach(({ rule, account, amount }, index) => {
      const isPaid = rule.measure === 'usd' || rule.measure === 'tokens'
      account.settle(amount * (isPaid ? this.#times : 1), used[index] ?? 0)
    })
    const [slot = -1, ...others] = this.#slots
    const isNothing =
      this.#shares.length === 0 && spend.usage === undefined && spend.costNanoUsd === undefined
    if (isNothing) this.#journal.free(slot)
    else {
      const outcome = {
        costNanoUsd: spend.costNanoUsd ?? null,
        usage: spend.usage ?? null,
        isEstimate: spend.isEstimate,
        target: spend.target ?? null,
        model: spend.model ?? null,
        used,
      }
      this.#journal.settle(slot, outcome)
      const accounts = this.#shares.map(({ account }) => account)
      this.#onSettled({ slot, reservation: this.#reservation, outcome, accounts })
    }
    for (const other of others) this.#journal.free(other)
  }

  /** What is left of the tightest limit of each kind that a window ends. */
  limits(): LimitLeft[] {
    const tightest: Partial<Record<Measure, LimitLeft>> = {}
    for (const { rule, account } of this.#shares) {
      const { measure, limit, per } = rule
      if ((measure !== 'requests' && measure !== 'tokens') || per === undefined) continue
      const remaining = leftOf(rule, account)
      const before = tightest[measure]
      if (before && before.remaining <= remaining) continue
      tightest[measure] = { measure, limit, remaining, endsAtMs: account.endsAtMs }
    }
    return [tightest.requests, tightest.tokens].filter(limit => limit !== undefined)
  }

  /** Which limits hold for it, for the record. */
  held(): readonly HeldLimit[] {
    return this.#shares.length === 0 ? [] : this.#shares.map(heldOf)
  }

  /** What is told whatever the dialect: the soft budgets that are nearly or wholly spent. */
  headers(): Readonly<Record<string, string>> {
    const soft: string[] = []
    for (const { rule, account } of this.#shares) {
      const spent = softlySpent(rule, account)
      if (spent !== undefined) soft.push(spent)
    }
    return soft.length > 0 ? { 'x-slipway-soft-budget': soft.join(', ') } : {}
  }
}

/** `tenant/month; spent=84%` from four fifths of a soft budget on. */
function softlySpent({ scope, per, softLimit }: Rule, { knownTaken }: Account): string | undefined {
  if (softLimit === undefined || knownTaken * 5 < softLimit * 4) return undefined
  return `${scope}/${per ?? 'now'}; spent=${Math.floor((knownTaken / softLimit) * 100)}%`
}

function usedOf({ measure }: Rule, { usage, costNanoUsd }: SettledSpend): number {
  if (measure === 'requests') return 1
  if (measure === 'concurrent') return 0
  if (measure === 'usd') return costNanoUsd ?? 0
  return usage ? totalInputTokens(usage) + totalOutputTokens(usage) : 0
}
