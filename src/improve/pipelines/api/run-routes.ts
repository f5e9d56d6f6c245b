import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  eventStreamHeaders,
  Failure,
  formatEvent,
  type RequestContext,
  type RowNews,
  streamOf,
} from '../../../foundation/platform/index.ts'
import { type Access, actorOf, tenantOf, type Principal } from '../../../govern/access/index.ts'
import { listArtifacts } from '../artifacts/artifact-store.ts'
import type { Artifacts } from '../artifacts/artifacts.ts'
import type { PipelineCaller, Pipelines } from '../pipelines.ts'
import { listLogs, listMetrics } from '../runs/log-store.ts'
import { type PipelineRun, runEnds, runStates } from '../runs/run.ts'
import { findRun, listRuns } from '../runs/run-store.ts'
import { countStages } from '../runs/stage-store.ts'
import {
  logSchema,
  runDetailSchema,
  type RunDetail,
  runSchema,
  toWireDetail,
  toWireRun,
} from './pipeline-wire.ts'

const tag = 'Pipelines'
const name = z.string().min(1).max(200)
const tenant = name.optional().describe('For keys of the installation; a tenant’s own key needs none.')
const idPath = z.object({ id: z.uuid() })
const artifactPath = z.object({ id: z.uuid(), stage: name, artifact: name })
const beginBody = z.strictObject({
  tenant,
  pipeline: name,
  version: z.int().min(1).optional().describe('The newest by default.'),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  uses_cache: z.boolean().default(true).describe('False runs every stage anew.'),
  trigger: z.enum(['manual', 'api']).default('api'),
  key: name
    .optional()
    .describe('Begins the run once, however often it is asked for under this key; the later ones conflict.'),
})
const listQuery = z.object({
  tenant,
  pipeline: name.optional(),
  state: z.enum(runStates).optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const logsQuery = z.object({
  stage: name.optional(),
  attempt: z.coerce.number().int().min(1).optional(),
  after: z.coerce.number().int().min(0).default(0).describe('`sequence` of the last line that is known.'),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
})
const liveLogsQuery = logsQuery.omit({ limit: true })
const reason = z.string().max(2_000).default('')
const decisionBody = z.strictObject({
  stage: name.optional().describe('Where several stages wait.'),
  reason: z.string().min(1, 'say why').max(2_000).describe('Why; it stays with the run.'),
})
const cancelBody = z.strictObject({ reason })

const lookMs = 400
/** Proxies close what is silent for long. */
const silenceMs = 15_000
const logPage = 1_000
const mostMetricPoints = 1_000

export interface RunRoutesOptions {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly pipelines: Pipelines
  readonly artifacts: Artifacts
  readonly news: RowNews<RunDetail>
  readonly readDetail: (run: PipelineRun) => Promise<RunDetail>
}

/** The rows under `/api/pipeline-runs`. A key of a tenant reaches the runs of that tenant only. */
export function runRoutes(options: RunRoutesOptions): AnyRoute<Principal>[] {
  const { database, access, pipelines, readDetail } = options

  const callerOf = (
    { principal, requestId }: Pick<RequestContext<Principal>, 'principal' | 'requestId'>,
    asked?: string,
  ): PipelineCaller => ({
    principal,
    requestId,
    tenant: tenantOf(options, principal, asked),
  })

  async function runOr404(id: string, principal: Principal): Promise<PipelineRun> {
    const run = await findRun(database, access.visibleTenant(principal), id)
    if (run) return run
    throw new Failure('not_found', `There is no run ${id} that this key may see.`)
  }

  const counted = async (runs: readonly PipelineRun[]) => {
    const counts = await countStages(
      database,
      runs.map(({ id }) => id),
    )
    return runs.map(run => toWireRun(run, counts.get(run.id) ?? {}))
  }
  const one = async (run: PipelineRun) => (await counted([run]))[0]

  async function* followLogs(
    id: string,
    query: z.output<typeof liveLogsQuery>,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    let { after } = query
    let saidAt = Date.now()
    while (!signal.aborted) {
      const run = await findRun(database, undefined, id)
      const { stage, attempt } = query
      const lines = await listLogs(database, id, { stage, attempt, after, limit: logPage })
      for (const line of lines) yield formatEvent('line', toWireLine(line))
      after = lines.at(-1)?.sequence ?? after
      if (lines.length > 0) saidAt = Date.now()
      if (lines.length === logPage) continue
      if (!run || runEnds.includes(run.state)) return yield formatEvent('end', { state: run?.state ?? null })
      if (Date.now() - saidAt > silenceMs) {
        yield ': still here\n\n'
        saidAt = Date.now()
      }
      await sleep(lookMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return [
    defineRoute<Principal, undefined, undefined, typeof beginBody>({
      method: 'POST',
      path: '/api/pipeline-runs',
      operationId: 'beginPipelineRun',
      summary: 'Begins a run of a pipeline.',
      tag,
      permission: 'pipeline:run',
      tenant: 'any',
      input: { body: beginBody },
      output: runSchema,
      status: 201,
      handle: async ({ body }, context) => {
        const { principal, requestId, tenant: home } = callerOf(context, body.tenant)
        const run = await pipelines.begin(
          {
            tenant: home,
            actor: actorOf(principal),
            author: principal.keyName,
            keyId: principal.keyId,
            requestId,
          },
          {
            pipeline: body.pipeline,
            version: body.version,
            parameters: body.parameters,
            usesCache: body.uses_cache,
            trigger: body.trigger,
            triggerKey: body.key === undefined ? undefined : `key ${body.key}`,
          },
        )
        if (run) return await one(run)
        throw new Failure(
          'conflict',
          `A run of \`${body.pipeline}\` was begun under the key \`${body.key}\` before.`,
        )
      },
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/pipeline-runs',
      operationId: 'listPipelineRuns',
      summary: 'Runs of pipelines, newest first.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(runSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const { cursor, limit, pipeline, state } = query
        const before = cursor === undefined ? undefined : await runOr404(cursor, principal)
        const visible = access.visibleTenant(principal, query.tenant)
        const found = await listRuns(database, { tenant: visible, pipeline, state, before, limit: limit + 1 })
        const page = found.slice(0, limit)
        return {
          data: await counted(page),
          next_cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/pipeline-runs/{id}',
      operationId: 'readPipelineRun',
      summary: 'One run with its stages, their attempts, what they left and why they were run or not.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: idPath },
      output: runDetailSchema,
      handle: async ({ path }, { principal }) =>
        toWireDetail(await readDetail(await runOr404(path.id, principal))),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/pipeline-runs/{id}/live',
      operationId: 'watchPipelineRun',
      summary: 'One run until its end: an event stream of `run`.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path }, { principal }) =>
        options.news.open(await readDetail(await runOr404(path.id, principal)), toWireDetail),
    }),
    defineRoute<Principal, typeof idPath, typeof logsQuery>({
      method: 'GET',
      path: '/api/pipeline-runs/{id}/logs',
      operationId: 'readPipelineLogs',
      summary: 'What the stages of a run have printed, secrets masked.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: idPath, query: logsQuery },
      output: z.object({ data: z.array(logSchema), next_after: z.int().nullable() }),
      handle: async ({ path, query }, { principal }) => {
        await runOr404(path.id, principal)
        const { stage, attempt, after, limit } = query
        const lines = await listLogs(database, path.id, { stage, attempt, after, limit })
        return {
          data: lines.map(toWireLine),
          next_after: lines.length === limit ? (lines.at(-1)?.sequence ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath, typeof liveLogsQuery>({
      method: 'GET',
      path: '/api/pipeline-runs/{id}/logs/live',
      operationId: 'watchPipelineLogs',
      summary: 'The log of a run until its end: an event stream of `line`, and `end`.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: idPath, query: liveLogsQuery },
      output: 'stream',
      handle: async ({ path, query }, { principal, signal }) => {
        await runOr404(path.id, principal)
        const events = followLogs(path.id, query, signal)
        return new Response(streamOf(events), { headers: eventStreamHeaders })
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/pipeline-runs/{id}/metrics',
      operationId: 'readPipelineMetrics',
      summary: 'What the stages of a run have measured: the last points of each series.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: idPath },
      output: z.object({
        data: z.array(
          z.object({
            stage: z.string(),
            name: z.string(),
            points: z.array(z.object({ step: z.number(), value: z.number() })),
          }),
        ),
      }),
      handle: async ({ path }, { principal }) => {
        await runOr404(path.id, principal)
        const series = new Map<
          string,
          { stage: string; name: string; points: { step: number; value: number }[] }
        >()
        for (const { stage, name: metric, step, value } of await listMetrics(
          database,
          path.id,
          mostMetricPoints,
        )) {
          const key = `${stage}\0${metric}`
          const found = series.get(key) ?? { stage, name: metric, points: [] }
          found.points.push({ step, value })
          series.set(key, found)
        }
        return { data: [...series.values()] }
      },
    }),
    defineRoute<Principal, typeof artifactPath>({
      method: 'GET',
      path: '/api/pipeline-runs/{id}/artifacts/{stage}/{artifact}',
      operationId: 'readPipelineArtifact',
      summary: 'What a stage left: the bytes of a file, a folder as tar, all else as JSON.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      isAuditedRead: true,
      input: { path: artifactPath },
      output: 'file',
      handle: async ({ path }, { principal }) => {
        const run = await runOr404(path.id, principal)
        const artifacts = await listArtifacts(database, run.id, path.stage)
        const artifact = artifacts.find(found => found.name === path.artifact)
        if (!artifact)
          throw new Failure(
            'not_found',
            `The stage \`${path.stage}\` of this run has left no \`${path.artifact}\`.`,
          )
        if (artifact.type !== 'file' && artifact.type !== 'folder') return Response.json(artifact.value)
        const body = await options.artifacts.open(run.tenant, artifact.digest)
        if (!body)
          throw new Failure('not_found', `The bytes of \`${artifact.name}\` are not stored any more.`)
        const file = artifact.type === 'folder' ? `${artifact.name}.tar` : artifact.name
        return new Response(body, {
          headers: {
            'content-type': artifact.type === 'folder' ? 'application/x-tar' : 'application/octet-stream',
            'content-disposition': `attachment; filename="${file}"`,
            'x-content-type-options': 'nosniff',
          },
        })
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof cancelBody>({
      method: 'POST',
      path: '/api/pipeline-runs/{id}/cancel',
      operationId: 'cancelPipelineRun',
      summary: 'Ends a run; what has succeeded is kept.',
      tag,
      permission: 'pipeline:run',
      tenant: 'any',
      input: { path: idPath, body: cancelBody },
      output: runSchema,
      handle: async ({ path, body }, context) => {
        const run = await runOr404(path.id, context.principal)
        const why = body.reason === '' ? `${context.principal.keyName} cancelled it.` : body.reason
        return await one(await pipelines.cancel(callerOf(context, run.tenant), run, why))
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/pipeline-runs/{id}/resume',
      operationId: 'resumePipelineRun',
      summary: 'Goes on with a run that has failed or was cancelled, from what has not succeeded.',
      tag,
      permission: 'pipeline:run',
      tenant: 'any',
      input: { path: idPath },
      output: runSchema,
      handle: async ({ path }, context) => {
        const run = await runOr404(path.id, context.principal)
        return await one(await pipelines.resume(callerOf(context, run.tenant), run))
      },
    }),
    ...(['approve', 'reject'] as const).map(verb =>
      defineRoute<Principal, typeof idPath, undefined, typeof decisionBody>({
        method: 'POST',
        path: `/api/pipeline-runs/{id}/${verb}`,
        operationId: verb === 'approve' ? 'approvePipelineRun' : 'rejectPipelineRun',
        summary:
          verb === 'approve'
            ? 'Lets a run go on that waits for approval.'
            : 'Fails the stage of a run that waits for approval.',
        tag,
        permission: 'pipeline:approve',
        tenant: 'any',
        input: { path: idPath, body: decisionBody },
        output: runSchema,
        handle: async ({ path, body }, context) => {
          const run = await runOr404(path.id, context.principal)
          const outcome = verb === 'approve' ? 'approved' : 'rejected'
          const decision = { stage: body.stage, outcome, reason: body.reason } as const
          return await one(await pipelines.decide(callerOf(context, run.tenant), run, decision))
        },
      }),
    ),
  ]
}

function toWireLine(line: Awaited<ReturnType<typeof listLogs>>[number]): z.output<typeof logSchema> {
  return { ...line, at: line.at.toISOString() }
}
