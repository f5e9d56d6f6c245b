import { z } from 'zod'
import {
  type AnyRoute,
  defineRoute,
  Failure,
  type RequestContext,
} from '../../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../../govern/access/index.ts'
import { createJob, type TrainingCaller } from '../jobs/create-job.ts'
import { jobStates, type TrainingJob } from '../jobs/job.ts'
import type { TrainingContext } from '../jobs/job-context.ts'
import { readLogEnd } from '../jobs/job-folder.ts'
import type { JobNews } from '../jobs/job-news.ts'
import { findJob, listJobs } from '../jobs/job-store.ts'
import { changeCourse } from '../jobs/move-job.ts'
import { listCheckpointRows, listEvents, listPoints, sketchCurves } from '../jobs/progress-store.ts'
import { createJobSchema } from './job-request.ts'
import {
  toWireJob,
  toWirePoint,
  trainerSchema,
  trainingCheckpointSchema,
  trainingEventSchema,
  trainingJobSchema,
  trainingPointSchema,
} from './training-wire.ts'

const tag = 'Training'
const idPath = z.object({ id: z.string().regex(/^ftjob-[0-9a-f]{32}$/, 'is no id of a training job') })
const tenant = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('For keys of the installation; a tenant’s own key needs none.')
const createBody = createJobSchema.extend({ tenant })
const listQuery = z.object({
  tenant,
  state: z.enum(jobStates).optional(),
  cursor: z.string().max(60).optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const eventsQuery = z.object({
  cursor: z.string().max(60).optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const sketchParts = 40
const listedJob = trainingJobSchema.extend({
  curve: z
    .array(z.number())
    .describe('The shape of its training loss: means over equal parts of its steps, at most 40.'),
})
const logsQuery = z.object({
  bytes: z.coerce.number().int().min(1).max(1_048_576).default(65_536).describe('Of its end.'),
})

export interface TrainingRoutesOptions {
  readonly context: TrainingContext
  readonly access: Pick<Access, 'visibleTenant'>
  readonly news: JobNews
  readonly wake: () => void
}

/** The rows under `/api/training`. A key of a tenant reaches the jobs of that tenant only. */
export function trainingRoutes(options: TrainingRoutesOptions): AnyRoute<Principal>[] {
  const { context, access, news, wake } = options
  const { database } = context

  const callerOf = (
    { principal, requestId }: Pick<RequestContext<Principal>, 'principal' | 'requestId'>,
    asked?: string,
  ): TrainingCaller => ({
    principal,
    requestId,
    tenant: tenantOf(options, principal, asked),
  })

  async function jobOr404(id: string, principal: Principal): Promise<TrainingJob> {
    const job = await findJob(database, access.visibleTenant(principal), id)
    if (job) return job
    throw new Failure('not_found', `There is no training job ${id} that this key may see.`)
  }

  const move = (to: 'cancel' | 'pause' | 'resume', summary: string): AnyRoute<Principal> =>
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: `/api/training/jobs/{id}/${to}`,
      operationId: `${to}TrainingJob`,
      summary,
      tag,
      permission: 'training:run',
      tenant: 'any',
      input: { path: idPath },
      output: trainingJobSchema,
      handle: async ({ path: { id } }, request) => {
        const job = await jobOr404(id, request.principal)
        const moved = await changeCourse(context, callerOf(request, job.tenant), job, to)
        wake()
        return toWireJob(moved)
      },
    })

  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/training/trainers',
      operationId: 'listTrainers',
      summary: 'The trainers of the configuration in force, and what each can begin with.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      output: z.object({ data: z.array(trainerSchema), next_cursor: z.null() }),
      handle: () => ({
        data: [...context.trainers().values()].map(trainer => ({
          name: trainer.name,
          kind: trainer.kind,
          methods: [...trainer.methods],
          models: [...trainer.models.keys()].map(model => `${trainer.name}/${model}`),
          has_adapters: trainer.hasAdapters,
          can_continue: trainer.canContinue,
          is_elsewhere: trainer.isElsewhere,
        })),
        next_cursor: null,
      }),
    }),
    defineRoute<Principal, undefined, undefined, typeof createBody>({
      method: 'POST',
      path: '/api/training/jobs',
      operationId: 'createTrainingJob',
      summary: 'Makes a training job; its data are pinned now. The body is that of OpenAI’s fine-tuning API.',
      tag,
      permission: 'training:run',
      tenant: 'any',
      input: { body: createBody },
      output: trainingJobSchema,
      status: 201,
      handle: async ({ body: { tenant: asked, ...wanted } }, request) => {
        const id = await createJob(context, callerOf(request, asked), wanted)
        wake()
        return toWireJob(await jobOr404(id, request.principal))
      },
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/training/jobs',
      operationId: 'listTrainingJobs',
      summary: 'Training jobs, newest first, with how far each is.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(listedJob), next_cursor: z.string().nullable() }),
      handle: async ({ query: { cursor, limit, state, tenant: asked } }, { principal }) => {
        const before = cursor === undefined ? undefined : await jobOr404(cursor, principal)
        const visible = access.visibleTenant(principal, asked)
        const found = await listJobs(database, { tenant: visible, state, before, limit: limit + 1 })
        const data = found.slice(0, limit)
        const curves = await sketchCurves(
          database,
          data.map(({ id }) => id),
          sketchParts,
        )
        return {
          data: data.map(job => ({ ...toWireJob(job), curve: [...(curves.get(job.id) ?? [])] })),
          next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/training/jobs/{id}',
      operationId: 'readTrainingJob',
      summary: 'One training job.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath },
      output: trainingJobSchema,
      handle: async ({ path: { id } }, { principal }) => toWireJob(await jobOr404(id, principal)),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/training/jobs/{id}/live',
      operationId: 'followTrainingJob',
      summary: 'Server-sent events `job` and `points`, whenever it has moved on; ends with it.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path: { id } }, { principal }) =>
        news.open(await jobOr404(id, principal), { job: toWireJob, point: toWirePoint }),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/training/jobs/{id}/points',
      operationId: 'listTrainingPoints',
      summary: 'The curves of a job: losses by step, at most about two thousand steps of them.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath },
      output: z.object({ data: z.array(trainingPointSchema), next_cursor: z.null() }),
      handle: async ({ path: { id } }, { principal }) => {
        const points = await listPoints(database, (await jobOr404(id, principal)).id)
        return { data: points.map(toWirePoint), next_cursor: null }
      },
    }),
    defineRoute<Principal, typeof idPath, typeof eventsQuery>({
      method: 'GET',
      path: '/api/training/jobs/{id}/events',
      operationId: 'listTrainingEvents',
      summary: 'What happened to a job, newest first.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath, query: eventsQuery },
      output: z.object({ data: z.array(trainingEventSchema), next_cursor: z.string().nullable() }),
      handle: async ({ path: { id }, query: { cursor, limit } }, { principal }) => {
        const job = await jobOr404(id, principal)
        const found = await listEvents(database, job.id, { after: cursor, limit: limit + 1 })
        const data = found.slice(0, limit)
        return {
          data: data.map(event => ({
            id: event.id,
            level: event.level,
            kind: event.kind,
            message: event.message,
            at: event.createdAt.toISOString(),
          })),
          next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/training/jobs/{id}/checkpoints',
      operationId: 'listTrainingCheckpoints',
      summary: 'The checkpoints of a job, the latest first; the trainer may have dropped old ones.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath },
      output: z.object({ data: z.array(trainingCheckpointSchema), next_cursor: z.null() }),
      handle: async ({ path: { id } }, { principal }) => {
        const job = await jobOr404(id, principal)
        const found = await listCheckpointRows(database, job.id, { limit: 1_000 })
        return {
          data: found.map(({ createdAt, ...checkpoint }) => ({ ...checkpoint, at: createdAt.toISOString() })),
          next_cursor: null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath, typeof logsQuery>({
      method: 'GET',
      path: '/api/training/jobs/{id}/log',
      operationId: 'readTrainingLog',
      summary: 'The end of what the trainer has written to its output, where it lies on this machine.',
      tag,
      permission: 'training:run',
      tenant: 'any',
      isAuditedRead: true,
      input: { path: idPath, query: logsQuery },
      output: z.object({ text: z.string() }),
      handle: async ({ path: { id }, query: { bytes } }, { principal }) => {
        const job = await jobOr404(id, principal)
        return { text: await readLogEnd(context.folders.of(job.id), bytes) }
      },
    }),
    move('cancel', 'Cancels a job; it is so at once, and its trainer ends behind it.'),
    move('pause', 'Pauses a job after a checkpoint; it goes on from there.'),
    move('resume', 'Goes on with a paused job.'),
  ]
}
