import { z } from 'zod'
import { createId, defineJob, Failure } from '../../foundation/platform/index.ts'
import type { Database, Job, Logger, Queryable } from '../../foundation/platform/index.ts'
import type { Masked } from '../../govern/privacy/index.ts'
import type { InferenceContent } from '../traces/index.ts'
import {
  addToDay,
  claimJudgements,
  countWaiting,
  dropJudgeDays,
  type JudgeDayEntry,
  postponeJudgement,
  removeJudgement,
  spentOn,
} from './judgement-store.ts'
import type { DueJudgement, Judge, JudgementOutcome, Score } from './score.ts'
import type { ScoreMetrics } from './score-metrics.ts'
import { insertScore } from './score-store.ts'

/** What a judge found; `undefined` where there is nothing that could be judged any more. */
export type JudgeOne = (
  judge: Judge,
  due: DueJudgement,
  content: Masked<InferenceContent>,
  signal: AbortSignal,
  /** Told of what each call cost, those of a judgement that fails too. */
  spent: (nanoUsd: number) => void,
) => Promise<Pick<Score, 'value' | 'label' | 'rationale' | 'model' | 'costNanoUsd'> | undefined>

export interface JudgeInferencesOptions {
  readonly database: Database
  readonly judges: () => readonly Judge[]
  readonly judgeOne: JudgeOne
  /** What is kept of an inference. */
  readonly readContent: (inferenceId: string) => Promise<Masked<InferenceContent> | undefined>
  readonly metrics: ScoreMetrics
  /** Told of a score in the transaction that keeps it. */
  readonly onScore?: (transaction: Queryable, score: Score) => Promise<void>
  readonly retentionDays: () => number
  readonly now?: () => number
}

const nothing = z.strictObject({})
const atOnce = 4
const mostAttempts = 3
const judgeTimeoutMs = 120_000
const leaseSeconds = 300
/** A run ends after that, so that a full queue does not look like a job that hangs; the next one goes on. */
const runMs = 600_000
const dayMs = 86_400_000

/**
 * Judges what is due until nothing is. The rows are the truth: a score is written and its row removed in one transaction, so
 * that whoever is killed in between judges once more and keeps one score.
 */
export function judgeInferences(options: JudgeInferencesOptions): Job<typeof nothing> {
  const { database, metrics, now = Date.now } = options
  return defineJob({
    name: 'judge-inferences',
    schema: nothing,
    retries: 0,
    run: async (_, { logger, signal }) => {
      const endAt = now() + runMs
      while (!signal.aborted && now() < endAt) {
        const due = await claimJudgements(database, atOnce, leaseSeconds, new Date(now()))
        if (due.length === 0) break
        await Promise.all(due.map(one => judge(options, one, logger, signal)))
      }
      metrics.waiting(await countWaiting(database))
      const firstDay = dayOf(now() - 2 * options.retentionDays() * dayMs)
      await dropJudgeDays(database, firstDay)
    },
  })
}

async function judge(
  options: JudgeInferencesOptions,
  due: DueJudgement,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { database, now = Date.now } = options
  const found = options.judges().find(({ name }) => name === due.judge)
  if (!found) return await end(options, due, 'skipped', undefined)
  if (found.nanoUsdPerDay !== undefined) {
    const spent = await spentOn(database, found.name, dayOf(now()))
    if (spent >= found.nanoUsdPerDay) return await end(options, due, 'skipped', undefined)
  }
  const content = await options.readContent(due.inferenceId)
  if (!content) return await end(options, due, 'skipped', undefined)
  const scored = (given: Partial<Score>): Score => ({
    id: createId(),
    inferenceId: due.inferenceId,
    tenant: due.tenant,
    service: due.service,
    name: found.name,
    value: undefined,
    label: undefined,
    rationale: undefined,
    failure: undefined,
    judgeHash: found.hash,
    model: undefined,
    costNanoUsd: undefined,
    createdAt: new Date(now()),
    ...given,
  })
  let spentNanoUsd = 0
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(judgeTimeoutMs)])
    const score = await options.judgeOne(found, due, content, limit, nanoUsd => {
      spentNanoUsd += nanoUsd
    })
    await (score ? end(options, due, 'judged', scored(score)) : end(options, due, 'skipped', undefined))
  } catch (error) {
    // the server stops: it is taken up again when the lease is over
    if (signal.aborted) return
    const failure = error instanceof Failure ? error.code : error instanceof Error ? error.name : 'unknown'
    logger.warn(
      { judge: found.name, inference: due.inferenceId, failure, attempts: due.attempts },
      'A judge failed.',
    )
    if (due.attempts < mostAttempts) {
      const pauseMs = 15_000 * 4 ** (due.attempts - 1)
      await postponeJudgement(database, due, new Date(now() + pauseMs))
      if (spentNanoUsd > 0)
        await addToDay(database, dayEntry(due, dayOf(now()), 'failed', 0, undefined, spentNanoUsd))
      return
    }
    await end(options, due, 'failed', scored({ failure, costNanoUsd: spentNanoUsd }))
  }
}

async function end(
  { database, metrics, onScore, now = Date.now }: JudgeInferencesOptions,
  due: DueJudgement,
  outcome: JudgementOutcome,
  score: Score | undefined,
): Promise<void> {
  const { judge: name, service } = due
  const isNew = await database.transaction(async transaction => {
    await removeJudgement(transaction, due)
    if (score && !(await insertScore(transaction, score))) return false
    if (score) await onScore?.(transaction, score)
    await addToDay(
      transaction,
      dayEntry(due, dayOf(now()), outcome, 1, score?.value, score?.costNanoUsd ?? 0),
    )
    return true
  })
  if (!isNew) return
  metrics.ended(name, service, outcome, 1)
  if (score?.value !== undefined) metrics.valued(name, service, score.value)
}

function dayEntry(
  { judge: name, service, tenant }: DueJudgement,
  day: string,
  outcome: JudgementOutcome,
  count: number,
  value: number | undefined,
  costNanoUsd: number,
): JudgeDayEntry {
  return { day, judge: name, service, tenant, outcome, count, value, costNanoUsd }
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}
