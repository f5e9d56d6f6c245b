import { createHash } from 'node:crypto'
import type { Queryable } from '../../foundation/platform/index.ts'
import type { Inference } from '../traces/index.ts'
import { addToDay, queueJudgements } from './judgement-store.ts'
import type { DueJudgement, Judge } from './score.ts'
import type { ScoreMetrics } from './score-metrics.ts'

/** How many may wait in all; what comes then is not judged. */
const usualMost = 10_000

const judgedOperations: ReadonlySet<string> = new Set(['chat', 'completion', 'messages', 'responses'])

/**
 * Queues the share of stored inferences that judges are to see, in the transaction that stores them: a judgement is due if
 * and only if its inference is there.
 */
export function createJudgeQueue(options: {
  /** The judges of a service, as the configuration in force has them. */
  readonly judgesOf: (service: string) => readonly Judge[]
  readonly metrics: ScoreMetrics
  /** Told that there is work. */
  readonly onQueued: () => void
  readonly most?: number
  readonly now?: () => number
}): (transaction: Queryable, inferences: readonly Inference[]) => Promise<void> {
  const { judgesOf, metrics, onQueued, most = usualMost, now = Date.now } = options
  return async (transaction, inferences) => {
    const due = inferences.filter(isJudgeable).flatMap(inference => {
      const { id, tenant, service } = inference
      return judgesOf(service)
        .filter(judge => isSampled(id, judge))
        .map(judge => ({ inferenceId: id, judge: judge.name, tenant, service }))
    })
    if (due.length === 0) return
    const at = new Date(now())
    if (await queueJudgements(transaction, due, most, at)) return onQueued()
    for (const [first, count] of grouped(due)) {
      const { judge, service, tenant } = first
      metrics.ended(judge, service, 'skipped', count)
      const day = at.toISOString().slice(0, 10)
      const entry = {
        day,
        judge,
        service,
        tenant,
        outcome: 'skipped',
        count,
        value: undefined,
        costNanoUsd: 0,
      } as const
      await addToDay(transaction, entry)
    }
  }
}

/** What its client keeps from being learned from is shown to no other model either. */
function isJudgeable({ outcome, operation, content, noTraining }: Inference): boolean {
  return (
    outcome === 'ok' && content !== undefined && noTraining === undefined && judgedOperations.has(operation)
  )
}

/** Decided by the id and the judge alone, so that it is the same wherever and however often it is asked. */
export function isSampled(inferenceId: string, judge: Pick<Judge, 'name' | 'samplePercent'>): boolean {
  const digest = createHash('sha256').update(`${inferenceId} ${judge.name}`).digest()
  return (digest.readUInt32BE(0) / 2 ** 32) * 100 < judge.samplePercent
}

type Due = Omit<DueJudgement, 'attempts'>

function grouped(due: readonly Due[]): [Due, number][] {
  const groups = Map.groupBy(due, ({ judge, service, tenant }) => `${judge} ${service} ${tenant}`)
  return [...groups.values()].flatMap(group => (group[0] ? [[group[0], group.length] as [Due, number]] : []))
}
