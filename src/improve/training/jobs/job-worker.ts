import { type Claim, type ClaimLoop, createClaimLoop } from '../../../foundation/platform/index.ts'
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

const leaseSeconds = 15
const validationsAtOnce = 2
const cancellationsAtOnce = 2
const countEvery = 15

/**
 * Moves jobs that nobody moves: looks at the data of new ones, has trainers work on those that wait, and ends elsewhere what was cancelled here.
 * To stop asks trainers to write checkpoints and end; jobs go on when somebody claims them.
 */
export function createJobWorker(context: TrainingContext): ClaimLoop {
  const { database, logger, metrics } = context
  let looks = 0
  const shared = {
    logger,
    what: 'training job',
    idOf: (job: TrainingJob) => job.id,
    stateOf: (job: TrainingJob) => job.state,
    leaseSeconds,
    renew: async (job: TrainingJob, owner: string, seconds: number, workedMs: number) =>
      await renewJobLease(database, job.id, owner, seconds, workedMs),
    release: async (job: TrainingJob, owner: string) => await releaseJobLease(database, job.id, owner),
  }
  const validation = createClaimLoop<TrainingJob, JobState>({
    ...shared,
    atOnce: validationsAtOnce,
    claim: async (owner, seconds) => await claimJob(database, ['validating_files'], owner, seconds),
    work: async (job, claim) => {
      await hold(job, claim, validateJob)
      await shared.release(job, claim.owner)
      training.wake()
    },
  })
  const training = createClaimLoop<TrainingJob, JobState>({
    ...shared,
    atOnce: () => context.concurrency(),
    claim: async (owner, seconds) => await claimJob(database, ['queued', 'running'], owner, seconds),
    work: async (job, claim) =>
      await hold(job, claim, trainJob, () => metrics.tried(job.trainer, 'interrupted')),
    onLook: async () => {
      if (looks % countEvery === 0) metrics.open(await countOpenJobs(database))
      looks += 1
    },
  })
  const cancellation = createClaimLoop<TrainingJob, JobState>({
    ...shared,
    atOnce: cancellationsAtOnce,
    claim: async (owner, seconds) => await claimCancelled(database, owner, seconds),
    work: async (job, { owner }) => {
      await context.trainers().get(job.trainer)?.cancel?.({ job: job.id, handle: job.handle })
      await forgetHandle(database, job.id, owner)
    },
  })
  const loops = [validation, training, cancellation]

  async function hold(
    job: TrainingJob,
    claim: Claim<JobState>,
    work: (job: TrainingJob, held: JobHold, context: TrainingContext) => Promise<void>,
    onInterruption?: () => void,
  ): Promise<void> {
    const moved = new AbortController()
    const shutdown = new AbortController()
    let isStarted = false
    const look = (): void => {
      if (claim.isStopping()) shutdown.abort('shutdown' satisfies StopReason)
      const state = claim.state()
      const isMoved = isStarted ? state !== 'running' : state === 'paused' || state === 'cancelled'
      if (isMoved) moved.abort('moved' satisfies StopReason)
    }
    claim.onNews(look)
    const held: JobHold = {
      owner: claim.owner,
      stop: AbortSignal.any([moved.signal, shutdown.signal, claim.signal]),
      lost: claim.signal,
      askToStop: () => moved.abort('moved' satisfies StopReason),
      started: () => {
        isStarted = true
      },
    }
    try {
      await work(job, held, context)
      await claim.renew()
    } catch (error) {
      onInterruption?.()
      if (error instanceof JobTaken || held.stop.aborted) return
      logger.error({ err: error, job: job.id }, 'A training job was interrupted; it is taken up again.')
      // where that cannot be written either, the lease runs out by itself
      await tryAgain(job, 'Something broke on our side; the log of the server says more.', held, context)
    }
  }

  return {
    start: () => {
      for (const loop of loops) loop.start()
    },
    wake: () => {
      for (const loop of loops) loop.wake()
    },
    stop: async limitMs => {
      await Promise.all(loops.map(async loop => await loop.stop(limitMs)))
    },
  }
}
