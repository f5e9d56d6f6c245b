import { Failure } from '../../../foundation/platform/index.ts'
import { actorOf } from '../../../govern/access/index.ts'
import type { TrainingCaller } from './create-job.ts'
import type { JobState, TrainingJob } from './job.ts'
import type { TrainingContext } from './job-context.ts'
import { findJob, moveJob } from './job-store.ts'
import { letGoOfData } from './run-job.ts'
import { insertEvents } from './progress-store.ts'

const moves = {
  cancel: {
    from: ['validating_files', 'queued', 'running', 'paused'],
    to: 'cancelled',
    message: 'The job has been cancelled',
  },
  pause: { from: ['queued', 'running'], to: 'paused', message: 'The job has been paused' },
  resume: { from: ['paused'], to: 'queued', message: 'The job goes on' },
} as const satisfies Record<
  string,
  { readonly from: readonly JobState[]; readonly to: JobState; readonly message: string }
>

/** Cancels, pauses or goes on with a job. It is so at once; the trainer ends behind it. */
export async function changeCourse(
  context: Pick<TrainingContext, 'database' | 'audit' | 'metrics' | 'datasets'>,
  caller: TrainingCaller,
  job: TrainingJob,
  move: keyof typeof moves,
): Promise<TrainingJob> {
  const { from, to, message } = moves[move]
  const { database, audit } = context
  const isMoved = await database.transaction(async transaction => {
    if (!(await moveJob(transaction, job.id, from, to))) return false
    await insertEvents(transaction, job.id, [{ toldAs: `${move}-${caller.requestId}`, message }])
    await audit.record(
      {
        actor: actorOf(caller.principal),
        requestId: caller.requestId,
        action: `training:${move}`,
        subject: `training-job:${job.id}`,
        tenant: job.tenant,
        before: { state: job.state },
        after: { state: to },
      },
      transaction,
    )
    return true
  })
  const now = (await findJob(database, undefined, job.id)) ?? job
  if (!isMoved)
    throw new Failure('invalid_request', `Cannot ${move} a job with status '${now.state}'.`, {
      details: { parameter: 'id' },
    })
  if (to === 'cancelled') {
    await letGoOfData(context, job)
    context.metrics.ended(job.trainer, to)
  }
  return now
}
