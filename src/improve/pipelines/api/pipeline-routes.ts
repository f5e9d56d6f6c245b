import { z } from 'zod'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../../govern/access/index.ts'
import { findPipeline, listPipelines, listPipelineVersions } from '../definitions/pipeline-store.ts'
import type { Pipelines } from '../pipelines.ts'
import type { StageKinds } from '../stage-kind.ts'
import { listNextTicks } from '../triggers/trigger-store.ts'
import { pipelineSchemaOut, toWirePipeline } from './pipeline-wire.ts'

const tag = 'Pipelines'
const name = z.string().min(1).max(200)
const tenant = name.optional().describe('For keys of the installation; a tenant’s own key needs none.')
const namePath = z.object({ name })
const tenantQuery = z.object({ tenant })
const versionQuery = z.object({ tenant, version: z.coerce.number().int().min(1).optional() })
const listQuery = z.object({
  tenant,
  cursor: name.optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const textBody = z.strictObject({
  tenant,
  text: z.string().min(1).max(524_288).describe('The YAML of a pipeline.'),
})

const problem = z
  .object({
    line: z.int(),
    column: z.int(),
    path: z.string(),
    message: z.string(),
    mend: z.string().describe('What to do about it.'),
  })
  .meta({ id: 'PipelineProblem' })

const kindSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    is_process: z.boolean().describe('Whether it runs a command, which the configuration has to allow.'),
    is_cached: z.boolean(),
    parameters: z.record(z.string(), z.unknown()).describe('JSON Schema of what stands under `with`.'),
    inputs: z.record(z.string(), z.array(z.string())).nullable().describe('Types by name; null takes any.'),
    outputs: z
      .record(z.string(), z.string())
      .nullable()
      .describe('Types by name; null: its parameters say so.'),
  })
  .meta({ id: 'PipelineStageKind' })

const listed = pipelineSchemaOut.extend({
  next_run_at: z.iso.datetime().nullable().describe('When it begins next by itself.'),
})

/** The rows under `/api/pipelines`. */
export function pipelineRoutes(options: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly pipelines: Pick<Pipelines, 'check' | 'define'>
  readonly kinds: StageKinds
}): AnyRoute<Principal>[] {
  const { database, access, pipelines, kinds } = options
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/pipeline-kinds',
      operationId: 'listPipelineKinds',
      summary: 'The kinds of stages that pipelines can be made of.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      output: z.object({ data: z.array(kindSchema) }),
      handle: () => ({
        data: [...kinds.values()].map(kind => ({
          name: kind.name,
          description: kind.description,
          is_process: kind.isProcess === true,
          is_cached: kind.cacheKey !== undefined,
          parameters: z.toJSONSchema(kind.parameters, { io: 'input', unrepresentable: 'any' }),
          inputs:
            kind.inputs === 'any'
              ? null
              : Object.fromEntries(Object.entries(kind.inputs).map(([input, types]) => [input, [...types]])),
          outputs: typeof kind.outputs === 'function' ? null : { ...kind.outputs },
        })),
      }),
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/pipelines',
      operationId: 'listPipelines',
      summary: 'The pipelines that are defined, in their newest versions.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(listed), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const visible = access.visibleTenant(principal, query.tenant)
        const page = { tenant: visible, after: query.cursor, limit: query.limit + 1 }
        const found = await listPipelines(database, page)
        const data = found.slice(0, query.limit)
        const ticks = await listNextTicks(
          database,
          visible,
          data.map(one => one.name),
        )
        return {
          data: data.map(one => ({
            ...toWirePipeline(one),
            next_run_at: ticks.get(`${one.tenant}/${one.name}`)?.toISOString() ?? null,
          })),
          next_cursor: found.length > query.limit ? (data.at(-1)?.name ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof textBody>({
      method: 'PUT',
      path: '/api/pipelines',
      operationId: 'definePipeline',
      summary: 'Stores a pipeline as its next version; nothing changes where the newest says the same.',
      tag,
      permission: 'pipeline:write',
      tenant: 'any',
      input: { body: textBody },
      output: pipelineSchemaOut,
      handle: async ({ body }, { principal, requestId }) => {
        const caller = { principal, requestId, tenant: tenantOf(options, principal, body.tenant) }
        return toWirePipeline(await pipelines.define(caller, body.text, 'pipeline.yaml'))
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof textBody>({
      method: 'POST',
      path: '/api/pipelines/check',
      operationId: 'checkPipeline',
      summary: 'Says all that is wrong with a pipeline, with line and column; stores nothing.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { body: textBody },
      output: z.object({ ok: z.boolean(), problems: z.array(problem) }),
      handle: ({ body }, { principal }) => {
        const read = pipelines.check(tenantOf(options, principal, body.tenant), body.text, 'pipeline.yaml')
        if ('pipeline' in read) return { ok: true, problems: [] }
        const problems = read.problems.map(({ line, column, path, message, mend }) => ({
          line,
          column,
          path,
          message,
          mend,
        }))
        return { ok: false, problems }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof versionQuery>({
      method: 'GET',
      path: '/api/pipelines/{name}',
      operationId: 'readPipeline',
      summary: 'One pipeline, in its newest version or the one that is asked for.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: namePath, query: versionQuery },
      output: pipelineSchemaOut,
      handle: async ({ path, query }, { principal }) => {
        const found = await findPipeline(
          database,
          tenantOf(options, principal, query.tenant),
          path.name,
          query.version,
        )
        if (found) return toWirePipeline(found)
        throw new Failure('not_found', `There is no pipeline \`${path.name}\` that this key may see.`)
      },
    }),
    defineRoute<Principal, typeof namePath, typeof tenantQuery>({
      method: 'GET',
      path: '/api/pipelines/{name}/versions',
      operationId: 'listPipelineVersions',
      summary: 'All versions of a pipeline, the newest first.',
      tag,
      permission: 'pipeline:read',
      tenant: 'any',
      input: { path: namePath, query: tenantQuery },
      output: z.object({ data: z.array(pipelineSchemaOut) }),
      handle: async ({ path, query }, { principal }) => {
        const found = await listPipelineVersions(
          database,
          tenantOf(options, principal, query.tenant),
          path.name,
        )
        return { data: found.map(toWirePipeline) }
      },
    }),
  ]
}
