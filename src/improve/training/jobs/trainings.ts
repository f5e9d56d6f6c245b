import { createHash } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { CreateJob } from '../api/job-request.ts'
import { digestExamples } from '../data/write-examples.ts'
import { trainerFiles } from '../trainers/contract.ts'
import { createJob, methodOf, type TrainingCaller } from './create-job.ts'
import { findSource, fixedName, openSource } from './find-source.ts'
import type { JobEvent, JobPoint, TrainingJob } from './job.ts'
import type { TrainingContext } from './job-context.ts'
import { hashFile } from './job-folder.ts'
import { findJob } from './job-store.ts'
import { changeCourse } from './move-job.ts'
import { listEvents, listPoints } from './progress-store.ts'
import { registeredPrefix, type ResolvedBase, resolveModel } from './resolve-model.ts'

/** What decides what a job would make, apart from what is asked for: the same again makes the same. */
export interface TrainingBasis {
  readonly trainer: string
  /** What it would begin with: a name that goes on meaning the same, and its content by hash. */
  readonly base: { readonly name: string; readonly digest: string }
  readonly train: ExamplesBasis
  readonly validation: ExamplesBasis | undefined
}

interface ExamplesBasis {
  /** A name that goes on meaning the same: `dataset:tickets@0199…:train`. */
  readonly name: string
  /** SHA-256 of the lines that the trainer would get, in hexadecimal. */
  readonly sha256: string
}

/** Training for parts of ours that have something trained. */
export interface Trainings {
  /** Looks the wanted job over without making it: reads all of its examples. Throws as making it would. */
  basis(tenant: string, wanted: CreateJob): Promise<TrainingBasis>
  /** Makes the job of this id, once however often it is asked for. The id: `ftjob-` and 32 hexadecimal digits. */
  start(caller: TrainingCaller, wanted: CreateJob, id: string): Promise<TrainingJob>
  find(tenant: string, id: string): Promise<TrainingJob | undefined>
  cancel(caller: TrainingCaller, job: TrainingJob): Promise<void>
  /** Its curves, of what was written after a mark. */
  points(id: string, writtenAfter: number): Promise<JobPoint[]>
  /** What happened to it, the newest first. */
  events(id: string, limit: number): Promise<JobEvent[]>
  /** What the trainer has printed from a byte on, where it ran on this machine; at most 256 kB. */
  readLog(id: string, from: number): Promise<Uint8Array>
}

const logPieceBytes = 262_144

export function createTrainings(context: TrainingContext, wake: () => void): Trainings {
  const { database } = context

  async function digestData(
    tenant: string,
    named: string,
    parameter: string,
    format: 'chat' | 'preference',
  ): Promise<ExamplesBasis> {
    const source = await findSource(context, tenant, named, parameter)
    const examples = await openSource(context, tenant, source, format, new AbortController().signal)
    const { check } = context.learning
    const { sha256 } = await digestExamples(examples, { format, check, limits: context.limits() })
    return { name: fixedName(source), sha256 }
  }

  return {
    async basis(tenant, wanted) {
      const method = methodOf(wanted)
      const format = method === 'dpo' ? 'preference' : 'chat'
      const base = await resolveModel(context, tenant, wanted.model, wanted.slipway?.trainer)
      const { training_file: train, validation_file: validation } = wanted
      return {
        trainer: `${base.trainer.kind} ${base.trainer.name} ${base.trainer.fingerprint ?? ''}`.trim(),
        base: { name: base.name, digest: await digestBase(context, tenant, base) },
        train: await digestData(tenant, train, 'training_file', format),
        validation:
          validation === undefined || validation === null
            ? undefined
            : await digestData(tenant, validation, 'validation_file', format),
      }
    },
    async start(caller, wanted, id) {
      const there = await findJob(database, caller.tenant, id)
      if (there) return there
      await createJob(context, caller, wanted, id)
      wake()
      const made = await findJob(database, caller.tenant, id)
      if (!made) throw new Error(`The training job ${id} is gone as soon as it was made.`)
      return made
    },
    find: (tenant, id) => findJob(database, tenant, id),
    async cancel(caller, job) {
      await changeCourse(context, caller, job, 'cancel')
      wake()
    },
    points: (id, writtenAfter) => listPoints(database, id, writtenAfter),
    events: (id, limit) => listEvents(database, id, { limit }),
    async readLog(id, from) {
      const file = path.join(context.folders.of(id), trainerFiles.log)
      const handle = await open(file).catch(() => undefined)
      if (!handle) return new Uint8Array()
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(logPieceBytes), 0, logPieceBytes, from)
        return buffer.subarray(0, bytesRead)
      } finally {
        await handle.close()
      }
    },
  }
}

/** Of a folder, which may hold many gigabytes, the names, sizes and times of its files stand for their content. */
async function digestBase(
  context: Pick<TrainingContext, 'models'>,
  tenant: string,
  { path: place }: ResolvedBase,
): Promise<string> {
  if (place === null) return 'nothing'
  if (place.startsWith(registeredPrefix)) {
    const found = await context.models.find(tenant, place.slice(registeredPrefix.length))
    return found?.digest ?? 'gone'
  }
  const found = path.isAbsolute(place) ? await stat(place).catch(() => undefined) : undefined
  if (!found) return place
  if (!found.isDirectory()) return (await hashFile(place)) ?? 'gone'
  const hash = createHash('sha256')
  for (const name of (await readdir(place, { recursive: true })).toSorted()) {
    const { size, mtimeMs } = await stat(path.join(place, name))
    hash.update(JSON.stringify([name, size, mtimeMs]))
  }
  return hash.digest('hex')
}
