import { createId } from '../../../foundation/platform/index.ts'
import { JobTaken, type JobState, type TrainingJob } from './job.ts'
import type { JobHold, StopReason, TrainingContext } from './job-context.ts'
import {
  claimCancelled,
  claimJob,
  countOpenJobs,
  forgetHandle,
  releaseJobLease,
  renewJobLease,
} from './job-store.ts'
import { trainJob, tryAgain, validateJob } from './run-job.ts'

export interface JobWorker {
  start(): void
  /** Looks at once whether there is work. */
  wake(): void
  /** Asks trainers to write checkpoints and end, and waits for it; jobs go on when somebody claims them. */
  stop(limitMs: number): Promise<void>
}

const leaseSeconds = 15
const heartbeatMs = 1_000
const lookMs = 1_000
const validationsAtOnce = 2
const countEvery = 15

type Lane = 'validation' | 'training' | 'cancellation'

/**
 * Moves jobs that nobody moves. The row of a job says what is to be done; whoever holds its lease does it, and another goes on when
 * that one is gone.
 */
export function createJobWorker(context: TrainingContext): JobWorker {
  const { database, logger, metrics } = context
  const running: Record<Lane, Set<Promise<void>>> = {
    validation: new Set(),
    training: new Set(),
    cancellation: new Set(),
  }
  const shutdown = new AbortController()
  const giveUp = new AbortController()
  let isLooking = false
  let looks = 0
  let timer: ReturnType<typeof setInterval> | undefined

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      if (looks % countEvery === 0) metrics.open(await countOpenJobs(database))
      looks += 1
      const most = { validation: validationsAtOnce, training: context.concurrency(), cancellation: 2 }
      for (const lane of ['validation', 'training', 'cancellation'] as const)
        while (!shutdown.signal.aborted && running[lane].size < most[lane]) {
          // an owner of its own each time: what this process began before it lost a lease can write nothing
          const owner = createId()
          const job = await claim(lane, owner)
          if (!job) break
          const work = hold(job, owner, lane)
            .catch((error: unknown) =>
              logger.warn({ err: error, job: job.id }, 'A training job was left; its lease runs out.'),
            )
            .finally(() => {
              running[lane].delete(work)
              wake()
            })
          running[lane].add(work)
        }
    } finally {
      isLooking = false
    }
  }

  async function claim(lane: Lane, owner: string): Promise<TrainingJob | undefined> {
    if (lane === 'cancellation') return await claimCancelled(database, owner, leaseSeconds)
    const states: JobState[] = lane === 'validation' ? ['validating_files'] : ['queued', 'running']
    return await claimJob(database, states, owner, leaseSeconds)
  }

  async function hold(job: TrainingJob, owner: string, lane: Lane): Promise<void> {
    const moved = new AbortController()
    const lost = new AbortController()
    let workedAt = performance.now()
    let isStarted = false
    const renew = async (): Promise<void> => {
      const now = performance.now()
      const workedMs = now - workedAt
      workedAt = now
      const state = await renewJobLease(database, job.id, owner, leaseSeconds, workedMs)
      if (state === undefined) lost.abort('lost' satisfies StopReason)
      const isMoved = isStarted ? state !== 'running' : state === 'paused' || state === 'cancelled'
      if (isMoved && lane !== 'cancellation') moved.abort('moved' satisfies StopReason)
    }
    const heart = setInterval(() => {
      renew().catch((error: unknown) =>
        // the lease is asked for again with every write
        logger.warn({ err: error, job: job.id }, 'The lease of a training job was not renewed.'),
      )
    }, heartbeatMs)
    const held: JobHold = {
      owner,
      stop: AbortSignal.any([moved.signal, shutdown.signal, lost.signal]),
      lost: AbortSignal.any([lost.signal, giveUp.signal]),
      askToStop: () => moved.abort('moved' satisfies StopReason),
      started: () => {
        isStarted = true
      },
    }
    try {
      if (lane === 'cancellation') await cancelElsewhere(job, owner)
      else if (lane === 'validation') await validateJob(job, held, context)
      else await trainJob(job, held, context)
      await renew()
    } catch (error) {
      const isOver = error instanceof JobTaken || held.stop.aborted || held.lost.aborted
      if (lane === 'training') metrics.tried(job.trainer, 'interrupted')
      if (!isOver) {
        logger.error({ err: error, job: job.id }, 'A training job was interrupted; it is taken up again.')
        // where that cannot be written either, the lease runs out by itself
        if (lane === 'cancellation') return
        await tryAgain(job, 'Something broke on our side; the log of the server says more.', held, context)
      }
    } finally {
      clearInterval(heart)
    }
    await releaseJobLease(database, job.id, owner)
  }

  async function cancelElsewhere(job: TrainingJob, owner: string): Promise<void> {
    await context.trainers().get(job.trainer)?.cancel?.({ job: job.id, handle: job.handle })
    await forgetHandle(database, job.id, owner)
  }

  function wake(): void {
    if (shutdown.signal.aborted) return
    look().catch((error: unknown) => logger.warn({ err: error }, 'Training jobs could not be looked for.'))
  }

  return {
    start() {
      timer = setInterval(wake, lookMs)
      wake()
    },
    wake,
    async stop(limitMs) {
      shutdown.abort('shutdown' satisfies StopReason)
      clearInterval(timer)
      const limit = setTimeout(() => giveUp.abort(), limitMs)
      await Promise.all(Object.values(running).flatMap(works => [...works]))
      clearTimeout(limit)
    },
  }
}
