import path from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import { writeExamples } from '../data/write-examples.ts'
import { trainerFiles } from '../trainers/contract.ts'
import { openSource } from './find-source.ts'
import type { JobData, TrainingJob } from './job.ts'
import type { TrainingContext } from './job-context.ts'
import { hashFile, layOutFolder } from './job-folder.ts'

type Context = Pick<TrainingContext, 'datasets' | 'files' | 'learning' | 'folders' | 'limits'>

/** A fault of the data, with the parameter that named them. */
export class DataFault extends Error {
  readonly param: 'training_file' | 'validation_file'
  constructor(param: 'training_file' | 'validation_file', cause: Failure) {
    super(cause.message, { cause })
    this.param = param
  }
}

/**
 * Lays the examples of a job into its folder, checked; those that lie there already are left. Throws `DataFault`: what is wrong
 * with them, or that they are no longer those that were looked at first.
 */
export async function gatherData(
  job: TrainingJob,
  context: Context,
  signal: AbortSignal,
): Promise<TrainingJob['data']> {
  const folder = context.folders.of(job.id)
  await layOutFolder(folder)
  const { train, validation } = job.data
  const format = job.spec.data.format
  return {
    train: await gather('training_file', train, path.join(folder, trainerFiles.train)),
    validation:
      validation && (await gather('validation_file', validation, path.join(folder, trainerFiles.validation))),
  }

  async function gather(param: DataFault['param'], data: JobData, file: string): Promise<JobData> {
    if (data.found && (await hashFile(file)) === data.found.sha256) return data
    try {
      const examples = await openSource(context, job.tenant, data.source, format, signal)
      const { check } = context.learning
      const found = await writeExamples(file, examples, { format, check, limits: context.limits() })
      if (data.found && data.found.sha256 !== found.sha256)
        throw new Failure('conflict', 'The examples are not those any more that the job began with.')
      return { source: data.source, found }
    } catch (error) {
      if (error instanceof Failure && error.kind.status < 500) throw new DataFault(param, error)
      throw error
    }
  }
}
