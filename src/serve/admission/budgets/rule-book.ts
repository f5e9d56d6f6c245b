import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import type { Database, Logger } from '../../../foundation/platform/index.ts'
import { type Declared, type Rule, type Scope, tightestOfEach, toRules } from './rule.ts'
import { readRules, rulesChannel, type StoredRules } from './rules-store.ts'

const pollMs = 5_000

/** Where the rules of a scope come from. */
export type RuleSource = 'file' | 'api'

export interface ScopeRules extends Declared {
  readonly scope: Scope
  readonly id: string
  readonly source: RuleSource
}

/**
 * All limits and budgets: those of the configuration, and those that were set through the API, which every process
 * hears of at once. For a tenant or a service that has both, the tightest of each window holds.
 */
export class RuleBook {
  readonly #snapshot: () => ConfigSnapshot
  readonly #database: Database
  readonly #logger: Logger
  #stored: readonly StoredRules[] = []
  #byRequest = new Map<string, readonly Rule[]>()
  #builtFrom: ConfigSnapshot | undefined
  #byScope = new Map<string, readonly Rule[]>()
  #timer: ReturnType<typeof setInterval> | undefined
  #stopListening: (() => Promise<void>) | undefined

  constructor(options: {
    readonly snapshot: () => ConfigSnapshot
    readonly database: Database
    readonly logger: Logger
  }) {
    this.#snapshot = options.snapshot
    this.#database = options.database
    this.#logger = options.logger
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#database.listen(rulesChannel, () => void this.#refreshQuietly())
    this.#timer = setInterval(() => void this.#refreshQuietly(), pollMs)
    await this.refresh()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#stopListening?.()
  }

  async refresh(): Promise<void> {
    const stored = await readRules(this.#database)
    if (JSON.stringify(stored) === JSON.stringify(this.#stored)) return
    this.#stored = stored
    this.#builtFrom = undefined
  }

  /** The rules of a request; the same list as long as nothing changes. */
  rulesOf(tenant: string, keyId: string, service: string): readonly Rule[] {
    this.#build()
    const name = `${tenant} ${keyId} ${service}`
    const known = this.#byRequest.get(name)
    if (known) return known
    const of = (scope: Scope, id: string): readonly Rule[] => this.#byScope.get(`${scope}:${id}`) ?? []
    const rules = [...of('tenant', tenant), ...of('key', keyId), ...of('service', service)]
    if (this.#byRequest.size > 100_000) this.#byRequest.clear()
    this.#byRequest.set(name, rules)
    return rules
  }

  /** Every scope that has any. */
  all(): ScopeRules[] {
    const { tenants, services } = this.#snapshot().config
    const declared = (scope: Scope, sections: Readonly<Record<string, Declared>>): ScopeRules[] =>
      Object.entries(sections)
        .filter(([, { limits, budgets }]) => (limits?.length ?? 0) + (budgets?.length ?? 0) > 0)
        .map(([id, { limits, budgets }]) => ({ scope, id, source: 'file', limits, budgets }))
    return [
      ...declared('tenant', tenants),
      ...declared('service', services),
      ...this.#stored.map(({ scope, id, limits, budgets }): ScopeRules => ({
        scope,
        id,
        source: 'api',
        limits,
        budgets,
      })),
    ]
  }

  #build(): void {
    const snapshot = this.#snapshot()
    if (this.#builtFrom === snapshot) return
    this.#builtFrom = snapshot
    this.#byRequest = new Map()
    this.#byScope = new Map()
    for (const rules of this.all()) {
      const name = `${rules.scope}:${rules.id}`
      const before = this.#byScope.get(name) ?? []
      this.#byScope.set(name, tightestOfEach([...before, ...toRules(rules.scope, rules.id, rules)]))
    }
  }

  async #refreshQuietly(): Promise<void> {
    try {
      await this.refresh()
    } catch (error) {
      this.#logger.warn({ err: error }, 'The limits could not be read again; the last known stay in force.')
    }
  }
}
