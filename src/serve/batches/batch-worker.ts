import { createId, type Logger } from '../../foundation/platform/index.ts'
import { claimBatch, releaseLease, renewLease } from './batch-store.ts'
import { LeaseLost, runBatch, type RunnerOptions } from './run-batch.ts'

export interface BatchWorker {
  start(): void
  /** Looks at once whether there is work. */
  wake(): void
  /** Asks no further line, waits for those under way as long as that, then gives them up: they are asked again. */
  stop(limitMs: number): Promise<void>
}

/** One that waits for a full target holds a place, so there are many. */
const batchesAtOnce = 16
const leaseSeconds = 15
const heartbeatMs = 1_000
const lookMs = 1_000

/**
 * Works on batches that nobody works on. The row of a batch says what is to be done; whoever holds its lease does it,
 * so that of all replicas one asks its lines, and another goes on when that one is gone.
 */
export function createBatchWorker(options: RunnerOptions & { readonly logger: Logger }): BatchWorker {
  const { database, logger } = options
  const running = new Set<Promise<void>>()
  const giveUp = new AbortController()
  let isStopping = false
  let isLooking = false
  let timer: ReturnType<typeof setInterval> | undefined

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      while (!isStopping && running.size < batchesAtOnce) {
        // an owner of its own each time: what this process began before it lost a lease can write nothing
        const owner = createId()
        const batch = await claimBatch(database, owner, leaseSeconds)
        if (!batch) return
        const work = hold(batch, owner).finally(() => {
          running.delete(work)
          wake()
        })
        running.add(work)
      }
    } finally {
      isLooking = false
    }
  }

  async function hold(batch: Parameters<typeof runBatch>[0], owner: string): Promise<void> {
    const lost = new AbortController()
    let isCancelWanted = batch.state === 'cancelling'
    const heart = setInterval(() => {
      renewLease(database, batch.id, owner, leaseSeconds).then(
        state => {
          if (state === undefined) lost.abort()
          isCancelWanted ||= state === 'cancelling'
        },
        // the lease is asked for again with every write
        error => logger.warn({ err: error, batch: batch.id }, 'The lease of a batch was not renewed.'),
      )
    }, heartbeatMs)
    try {
      await runBatch(
        batch,
        {
          owner,
          isCancelWanted: () => isCancelWanted,
          isStopping: () => isStopping,
          signal: AbortSignal.any([lost.signal, giveUp.signal]),
        },
        options,
      )
      await releaseLease(database, batch.id, owner)
    } catch (error) {
      if (error instanceof LeaseLost || lost.signal.aborted || giveUp.signal.aborted) return
      // the lease runs out by itself, so that the batch is tried again after a pause
      logger.error({ err: error, batch: batch.id }, 'A batch was interrupted; it is taken up again.')
    } finally {
      clearInterval(heart)
    }
  }

  function wake(): void {
    if (isStopping) return
    look().catch(error => logger.warn({ err: error }, 'Batches could not be looked for.'))
  }

  return {
    start() {
      timer = setInterval(wake, lookMs)
      wake()
    },
    wake,
    async stop(limitMs) {
      isStopping = true
      clearInterval(timer)
      const limit = setTimeout(() => giveUp.abort(), limitMs)
      await Promise.all(running)
      clearTimeout(limit)
    },
  }
}
