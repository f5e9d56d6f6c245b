import { type Database, LeaseLost } from '../../../foundation/platform/index.ts'
import { insertAnswer, type StoredAnswer } from '../answers/answer-store.ts'
import { addToRun, type CacheWord, type ItemPlace, type ItemState, updateItems } from './item-store.ts'
import type { Run } from './run.ts'
import { tellOfRun } from './run-store.ts'
import { insertScore, type StoredScore } from './score-store.ts'

/** What is to be written together. */
export interface RunEntry {
  readonly answer?: StoredAnswer
  readonly item?: ItemPlace & {
    readonly state: ItemState
    readonly answerKey?: string
    readonly cache?: CacheWord
    readonly failureCode?: string
    readonly failureMessage?: string
    readonly attempts?: number
  }
  readonly score?: StoredScore
  readonly costNanoUsd?: number
  readonly isJudge?: boolean
  readonly isUnpriced?: boolean
}

export interface RunWriter {
  /** Resolves when it is committed. Throws `LeaseLost` where another process has the run. */
  write(entry: RunEntry): Promise<void>
  /** What the run has cost, and what it may, as of the last write. */
  spent(): { readonly costNanoUsd: number; readonly budgetNanoUsd: number | undefined }
  /** Writes what waits. */
  settled(): Promise<void>
}

interface Waiting {
  readonly entry: RunEntry
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const newsEveryMs = 400

/** Writes what a run finds at once; what comes while a transaction is under way goes into the next one together. */
export function createRunWriter(database: Database, run: Run, owner: string): RunWriter {
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let spent = { costNanoUsd: run.costNanoUsd, budgetNanoUsd: run.budgetNanoUsd }
  let toldAt = 0

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await commit(batch.map(({ entry }) => entry))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
  }

  async function commit(entries: readonly RunEntry[]): Promise<void> {
    await database.transaction(async transaction => {
      const now = await addToRun(transaction, run.id, owner, sumOf(entries))
      if (!now) throw new LeaseLost()
      spent = now
      for (const { answer } of entries) if (answer) await insertAnswer(transaction, answer)
      for (const { score } of entries) if (score) await insertScore(transaction, run.id, run.tenant, score)
      await updateItems(transaction, run.id, lastOfEach(entries))
      if (performance.now() - toldAt < newsEveryMs) return
      toldAt = performance.now()
      await tellOfRun(transaction, run.id)
    })
  }

  return {
    spent: () => spent,
    write: entry =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject })
        writing ??= flush().finally(() => {
          writing = undefined
        })
      }),
    settled: async () => {
      await writing
    },
  }
}

/** One statement may change a row once only: what came last of an item holds. */
function lastOfEach(entries: readonly RunEntry[]): NonNullable<RunEntry['item']>[] {
  const items = new Map<string, NonNullable<RunEntry['item']>>()
  for (const { item } of entries) {
    if (!item) continue
    const place = `${item.ordinal} ${item.release} ${item.repeat}`
    items.set(place, { ...items.get(place), ...item })
  }
  return [...items.values()]
}

function sumOf(entries: readonly RunEntry[]): Parameters<typeof addToRun>[3] {
  const sum = {
    answered: 0,
    cached: 0,
    scored: 0,
    failed: 0,
    costNanoUsd: 0,
    judgeCostNanoUsd: 0,
    unpriced: 0,
  }
  for (const { item, costNanoUsd = 0, isJudge, isUnpriced } of entries) {
    if (item?.state === 'answered') sum.answered += 1
    if (item?.state === 'answered' && (item.cache === 'hit' || item.cache === 'shared')) sum.cached += 1
    if (item?.state === 'scored') sum.scored += 1
    if (item?.state === 'failed') sum.failed += 1
    sum.costNanoUsd += costNanoUsd
    if (isJudge === true) sum.judgeCostNanoUsd += costNanoUsd
    if (isUnpriced === true) sum.unpriced += 1
  }
  return sum
}
