import { createNewsStreams, type Database, type Logger } from '../../../foundation/platform/index.ts'
import { endStates, type JobPoint, type TrainingJob } from './job.ts'
import { findJob, jobsChannel } from './job-store.ts'
import { listPoints } from './progress-store.ts'

/** What happens to jobs on any replica, told to those here who watch one. */
export interface JobNews {
  /** An event stream of `job` and `points` (those that are new), whenever it has moved on; it ends when the job has ended. */
  open(
    job: TrainingJob,
    toWire: { job: (job: TrainingJob) => unknown; point: (point: JobPoint) => unknown },
  ): Response
  close(): Promise<void>
}

/** Looks again after that, also where nobody told of news. */
const lookMs = 3_000

export function createJobNews(options: { readonly database: Database; readonly logger: Logger }): JobNews {
  const { database } = options
  const streams = createNewsStreams({ ...options, channel: jobsChannel, what: 'job', lookMs })
  return {
    open(job, toWire) {
      let written = 0
      return streams.open(job.id, {
        look: async send => {
          const now = await findJob(database, undefined, job.id)
          const points = await listPoints(database, job.id, written)
          written = points.reduce((most, point) => Math.max(most, point.written), written)
          if (points.length > 0) send('points', points.map(toWire.point))
          if (now) send('job', toWire.job(now))
          return !now || endStates.includes(now.state)
        },
      })
    },
    close: () => streams.close(),
  }
}
