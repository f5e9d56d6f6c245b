import type { Queryable } from '../../foundation/platform/index.ts'
import type { Feedback, Inference } from '../traces/index.ts'
import { type InboxEntry, putInbox } from './inbox-store.ts'
import type { MonitorMetrics } from './monitor-metrics.ts'
import { hasTexts, isOfClients, toSeen } from './streams/seen.ts'

/** A score as it is kept. */
export interface ScoreOfInference {
  readonly inferenceId: string
  readonly tenant: string
  readonly service: string
  readonly name: string
  readonly value: number | undefined
  readonly judgeHash: string
}

/** Hears what is stored, in the transaction that stores it: a value counts if and only if it is there. */
export interface MonitorFeed {
  readonly inferences: (transaction: Queryable, inferences: readonly Inference[]) => Promise<void>
  readonly score: (transaction: Queryable, score: ScoreOfInference) => Promise<void>
  readonly feedback: (transaction: Queryable, feedback: Feedback, service: string) => Promise<void>
}

/** A batch of stored inferences is one entry: millions may wait. */
const usualMost = 5_000

export function createMonitorFeed(options: {
  readonly isWatched: (service: string) => boolean
  readonly timeOf: (inferenceId: string) => number
  readonly metrics: Pick<MonitorMetrics, 'lost'>
  /** Told that there is work. */
  readonly onFed: () => void
  readonly most?: number
  readonly now?: () => number
}): MonitorFeed {
  const { isWatched, timeOf, metrics, onFed, most = usualMost, now = Date.now } = options

  async function put(transaction: Queryable, entries: readonly InboxEntry[]): Promise<void> {
    if (entries.length === 0) return
    if (await putInbox(transaction, entries, most, new Date(now()))) return onFed()
    metrics.lost(
      'inbox_full',
      entries.reduce((sum, { items }) => sum + items.length, 0),
    )
  }

  return {
    inferences: async (transaction, inferences) => {
      const watched = inferences.filter(
        inference => isWatched(inference.service) && isOfClients(inference) && inference.isShadow !== true,
      )
      if (watched.length === 0) return
      const entries = [...Map.groupBy(watched, ({ service }) => service)].map(
        ([service, batch]): InboxEntry => ({
          service,
          kind: 'inference',
          items: batch.map(inference =>
            // numbers of a request that refuses training count like others; its texts are not read
            toSeen(
              inference,
              inference.content !== undefined &&
                inference.noTraining === undefined &&
                hasTexts(inference.operation),
            ),
          ),
        }),
      )
      await put(transaction, entries)
    },
    score: async (transaction, { inferenceId, tenant, service, name, value, judgeHash }) => {
      if (value === undefined || !isWatched(service)) return
      const item = { id: inferenceId, timeMs: timeOf(inferenceId), tenant, value, judge: name, judgeHash }
      await put(transaction, [{ service, kind: 'score', items: [item] }])
    },
    feedback: async (transaction, { inferenceId, tenant, score }, service) => {
      if (score === undefined || !isWatched(service)) return
      const item = { id: inferenceId, timeMs: timeOf(inferenceId), tenant, value: score }
      await put(transaction, [{ service, kind: 'feedback', items: [item] }])
    },
  }
}
