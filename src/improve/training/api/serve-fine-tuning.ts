import { z } from 'zod'
import { createId, Failure, parseObject, readText } from '../../../foundation/platform/index.ts'
import { homeTenant, type Principal } from '../../../govern/access/index.ts'
import { createJob, type TrainingCaller } from '../jobs/create-job.ts'
import type { TrainingJob } from '../jobs/job.ts'
import type { TrainingContext } from '../jobs/job-context.ts'
import { findJob, listJobs } from '../jobs/job-store.ts'
import { changeCourse } from '../jobs/move-job.ts'
import { listCheckpointRows, listEvents } from '../jobs/progress-store.ts'
import { createJobSchema } from './job-request.ts'
import { toOpenAiCheckpoint, toOpenAiEvent, toOpenAiJob } from './wire-job.ts'

export interface FineTuningOptions {
  readonly context: TrainingContext
  readonly wake: () => void
  /** Throws `unauthenticated`. */
  readonly authenticate: (request: Request) => Principal
  /** Throws `forbidden`. */
  readonly authorize: (principal: Principal, permission: 'training:read' | 'training:run') => void
  /** Errors in the words of OpenAI's API. */
  readonly words: {
    readonly body: (failure: Failure, requestId: string) => unknown
    readonly bug: (requestId: string) => unknown
  }
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
}

const bodyLimitBytes = 1_048_576

/** Serves `/v1/fine_tuning/jobs` as OpenAI's clients know it; `undefined` for other paths. */
export function createFineTuning(
  options: FineTuningOptions,
): (request: Request, path: string) => Promise<Response> | undefined {
  return (request, path) =>
    /^\/v1\/fine_tuning(?:\/|$)/.test(path) ? answer(request, path, options) : undefined
}

async function answer(request: Request, path: string, options: FineTuningOptions): Promise<Response> {
  const requestId = createId()
  const headers = { 'x-request-id': requestId }
  try {
    const principal = options.authenticate(request)
    options.authorize(principal, request.method === 'GET' ? 'training:read' : 'training:run')
    const caller = { principal, tenant: homeTenant(principal), requestId }
    return Response.json(await serve(request, path, caller, options), { headers })
  } catch (error) {
    if (error instanceof Failure) {
      options.onFailure(error, requestId)
      return Response.json(options.words.body(error, requestId), { status: error.status, headers })
    }
    options.onBug(error, requestId)
    return Response.json(options.words.bug(requestId), { status: 500, headers })
  }
}

async function serve(
  request: Request,
  path: string,
  caller: TrainingCaller,
  { context, wake }: FineTuningOptions,
): Promise<object> {
  const { database } = context
  const [, , , kind, id, part, ...more] = path.split('/')
  if (kind === 'jobs' && more.length === 0 && id !== '') {
    const call = `${request.method} ${id === undefined ? '' : 'id'}${part === undefined ? '' : `/${part}`}`
    const job = async (): Promise<TrainingJob> => await jobOr404(context, caller.tenant, id ?? '')
    switch (call) {
      case 'POST ': {
        const wanted = check(parseObject(await readText(request, bodyLimitBytes)), createJobSchema)
        const made = await createJob(context, caller, wanted)
        wake()
        return toOpenAiJob(await jobOr404(context, caller.tenant, made))
      }
      case 'GET ': {
        const { limit, after, metadata } = readQuery(request)
        const before = after === undefined ? undefined : await jobOr404(context, caller.tenant, after)
        const found = await listJobs(database, { tenant: caller.tenant, metadata, before, limit: limit + 1 })
        return page(found, limit, toOpenAiJob)
      }
      case 'GET id':
        return toOpenAiJob(await job())
      case 'POST id/cancel':
      case 'POST id/pause':
      case 'POST id/resume': {
        const moved = await changeCourse(context, caller, await job(), part as 'cancel' | 'pause' | 'resume')
        wake()
        return toOpenAiJob(moved)
      }
      case 'GET id/events': {
        const { limit, after } = readQuery(request)
        const found = await listEvents(database, (await job()).id, { after, limit: limit + 1 })
        return page(found, limit, toOpenAiEvent)
      }
      case 'GET id/checkpoints': {
        const { limit, after } = readQuery(request, 10)
        const { id: jobId } = await job()
        const found = await listCheckpointRows(database, jobId, { after, limit: limit + 1 })
        return page(found, limit, checkpoint => toOpenAiCheckpoint(jobId, checkpoint))
      }
    }
  }
  throw new Failure('not_found', `Invalid URL (${request.method} ${path})`)
}

async function jobOr404(
  { database }: TrainingContext,
  tenant: string | undefined,
  id: string,
): Promise<TrainingJob> {
  const job = await findJob(database, tenant, id)
  if (job) return job
  throw new Failure('not_found', `Could not find fine tune: ${id.slice(0, 100)}`, {
    details: { parameter: 'fine_tune_id', openAiCode: 'fine_tune_not_found' },
  })
}

function page<Item, Wire extends { readonly id: string }>(
  found: readonly Item[],
  limit: number,
  toWire: (item: Item) => Wire,
) {
  const data = found.slice(0, limit).map(toWire)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  }
}

const query = z.object({
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100),
})

function readQuery(request: Request, usual = 20) {
  const { searchParams } = new URL(request.url)
  const { after, limit } = check({ limit: usual, ...Object.fromEntries(searchParams) }, query)
  const pairs = [...searchParams].flatMap(([name, value]) => {
    const [, key] = /^metadata\[(.{1,64})\]$/.exec(name) ?? []
    return key === undefined ? [] : [[key, value] as const]
  })
  const metadata =
    searchParams.get('metadata') === 'null' ? null : pairs.length > 0 ? Object.fromEntries(pairs) : undefined
  return { after, limit, metadata }
}

function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const parameter = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.')
  throw new Failure('invalid_request', `Invalid '${parameter}': ${issue?.message}`, {
    details: { parameter },
  })
}
