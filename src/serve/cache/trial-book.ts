import { createHash } from 'node:crypto'
import type { SemanticCacheConfig } from '../../foundation/config/index.ts'
import { canonicalJson, createId, type Database, type Logger } from '../../foundation/platform/index.ts'
import { readTrials, type TrialRow, writeTrials } from './cache-store.ts'
import { judgeTrials, type Verdict } from './semantic-trials.ts'

const exchangeMs = 10_000

/** Settings that decide what counts as the same: with others, what was measured says nothing. */
function settingsOf({ embedder, threshold, agreement }: SemanticCacheConfig): string {
  return createHash('sha256')
    .update(canonicalJson([embedder, threshold, agreement]))
    .digest('hex')
}

/**
 * The trials of all semantic caches. Counts are kept in memory, and exchanged with the other replicas through Postgres
 * every few seconds, so that a verdict rests on what all of them have seen and outlives a restart.
 */
export class TrialBook {
  readonly #database: Database
  readonly #logger: Logger
  readonly #writer = createId()
  readonly #own = new Map<string, TrialRow>()
  #others = new Map<string, TrialRow>()
  readonly #timer: ReturnType<typeof setInterval>
  #isChanged = false
  #exchanging: Promise<void> | undefined

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
    this.#timer = setInterval(() => void this.exchange(), exchangeMs)
  }

  count(service: string, config: SemanticCacheConfig, isWrong: boolean): void {
    const settings = settingsOf(config)
    const key = `${service} ${settings}`
    const before = this.#own.get(key) ?? { service, settings, trials: 0, wrong: 0 }
    const wrong = before.wrong + (isWrong ? 1 : 0)
    this.#own.set(key, { ...before, trials: before.trials + 1, wrong })
    this.#isChanged = true
  }

  verdict(service: string, config: SemanticCacheConfig): Verdict {
    const key = `${service} ${settingsOf(config)}`
    const [own, others] = [this.#own.get(key), this.#others.get(key)]
    const trials = (own?.trials ?? 0) + (others?.trials ?? 0)
    const wrong = (own?.wrong ?? 0) + (others?.wrong ?? 0)
    return judgeTrials({ trials, wrong }, config.maxWrongPercent)
  }

  /** Writes what was counted here and reads what the others have; never throws. */
  exchange(): Promise<void> {
    this.#exchanging ??= this.#exchange().finally(() => (this.#exchanging = undefined))
    return this.#exchanging
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#exchanging
    await this.exchange()
  }

  async #exchange(): Promise<void> {
    try {
      if (this.#isChanged) {
        this.#isChanged = false
        await writeTrials(this.#database, this.#writer, [...this.#own.values()])
      }
      this.#others = await this.#readOthers()
    } catch (error) {
      this.#isChanged = this.#own.size > 0
      this.#logger.warn({ err: error }, 'The trials of the semantic cache could not be exchanged.')
    }
  }

  async #readOthers(): Promise<Map<string, TrialRow>> {
    const others = await readTrials(this.#database, this.#writer)
    return new Map(others.map(row => [`${row.service} ${row.settings}`, row]))
  }
}
