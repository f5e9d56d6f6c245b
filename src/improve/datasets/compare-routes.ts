import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { publishedSchema, toWirePublished, toWireVersion, versionSchema } from './datasets-wire.ts'
import { mergeBranch } from './merge.ts'
import { queryDatasets } from './query.ts'
import {
  callerOf,
  type DatasetsRoutesOptions,
  limitQuery,
  namePath,
  onlyTenant,
  resolveNamed,
  revisionText,
  tag,
  tenantOf,
  tenantQuery,
} from './routes-context.ts'

const kinds = ['added', 'changed', 'removed'] as const
const row = z.record(z.string(), z.unknown()).nullable()
const diffQuery = z.object({
  tenant: tenantQuery,
  from: revisionText,
  to: revisionText,
  kind: z.enum(kinds).optional().describe('Only rows of this kind; all by default.'),
  cursor: z
    .string()
    .max(10_000)
    .optional()
    .describe('`next_cursor` of the page before; a page after it has no counts.'),
  limit: limitQuery(50, 1_000),
})
const diffSchema = z
  .object({
    from: versionSchema,
    to: versionSchema,
    counts: z
      .object({
        added: z.int(),
        changed: z.int(),
        removed: z.int(),
        unchanged: z.int(),
        columns: z.record(z.string(), z.int()).describe('How many of the changed rows differ in it.'),
      })
      .nullable(),
    data: z.array(
      z.object({
        kind: z.enum(kinds),
        key: z.string(),
        columns: z.array(z.string()).describe('Those that differ, of a changed row.'),
        before: row,
        after: row,
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'DatasetDiff' })
const mergeBody = z.strictObject({
  from: revisionText,
  into: z.string().min(1).max(100).default('main'),
  favour: z
    .enum(['ours', 'theirs'])
    .optional()
    .describe('Whose cells stand where both have changed them: of `into` (ours) or of `from` (theirs).'),
  message: z.string().max(2_000).optional(),
})
const mergeSchema = z
  .object({
    outcome: z.enum(['merged', 'up_to_date', 'conflicts']),
    published: publishedSchema.nullable(),
    conflicts: z.int(),
    shown: z
      .array(
        z.object({
          key: z.string(),
          kind: z.enum(['cells', 'row']).describe('`row`: one side has removed what the other has changed.'),
          columns: z.array(z.string()),
          base: row,
          ours: row,
          theirs: row,
        }),
      )
      .describe('The first 100.'),
  })
  .meta({ id: 'DatasetMerge' })
const queryBody = z.strictObject({
  sql: z.string().min(1).max(100_000).describe('One SELECT of DuckDB; tables are versions: `"support@12"`.'),
  limit: z.int().min(1).max(1_000_000).optional().describe('Rows at most; `datasets.queryRows` bounds it.'),
})
const querySchema = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.unknown())),
    is_cut: z.boolean().describe('Whether there were more rows.'),
    versions: z.array(z.object({ name: z.string(), id: z.string(), number: z.int() })),
  })
  .meta({ id: 'DatasetQuery' })
const splitsQuery = z.object({ tenant: tenantQuery })
const versionPath = namePath.extend({ revision: revisionText })

/** The rows that compare, merge and ask. */
export function compareRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { context, datasets, settings } = options
  const { audit } = context
  return [
    defineRoute<Principal, typeof namePath, typeof diffQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/diff',
      operationId: 'diffDatasetVersions',
      summary: 'How rows differ between two versions, by key.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: diffQuery },
      output: diffSchema,
      handle: async ({ path, query }, { principal, signal }) => {
        const tenant = tenantOf(options, principal, query.tenant)
        const from = await resolveNamed(options, tenant, { name: path.name, revision: query.from })
        const to = await resolveNamed(options, tenant, { name: path.name, revision: query.to })
        const diff = await datasets.withFiles(
          [from, to],
          async ([left, right]) => {
            return await context.runTask(
              'diff-versions',
              {
                from: left,
                to: right,
                kinds: query.kind === undefined ? kinds : [query.kind],
                after: query.cursor,
                limit: query.limit,
                mostBytes: 16 * 1024 * 1024,
                isCounted: query.cursor === undefined,
              },
              { weight: 'light', signal },
            )
          },
          signal,
        )
        return {
          from: toWireVersion(from.version),
          to: toWireVersion(to.version),
          counts: diff.counts ?? null,
          data: diff.rows.map(one => ({ ...one, before: one.before ?? null, after: one.after ?? null })),
          next_cursor: diff.next ?? null,
        }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof mergeBody>({
      method: 'POST',
      path: '/api/datasets/{name}/merges',
      operationId: 'mergeDatasetBranch',
      summary:
        'Merges a branch into another by key; what both have changed is listed, and nothing is guessed.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: mergeBody },
      output: mergeSchema,
      handle: async ({ path, query, body }, request) => {
        const merged = await mergeBranch(context, {
          caller: callerOf(options, request, query.tenant),
          dataset: path.name,
          signal: request.signal,
          ...body,
        })
        const shown = merged.kind === 'conflicts' ? merged.shown : []
        return {
          outcome: merged.kind === 'up-to-date' ? 'up_to_date' : merged.kind,
          published: merged.kind === 'merged' ? toWirePublished(merged.published) : null,
          conflicts: merged.kind === 'conflicts' ? merged.count : 0,
          shown: shown.map(one => ({
            ...one,
            base: one.base ?? null,
            ours: one.ours ?? null,
            theirs: one.theirs ?? null,
          })),
        }
      },
    }),
    defineRoute<Principal, undefined, typeof onlyTenant, typeof queryBody>({
      method: 'POST',
      path: '/api/datasets/query',
      operationId: 'queryDatasets',
      summary: 'One SELECT over versions of datasets, each a table by its reference.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { query: onlyTenant, body: queryBody },
      output: querySchema,
      handle: async ({ query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const { queryRows, queryTimeoutSeconds } = settings()
        const result = await queryDatasets(context, datasets, {
          tenant: caller.tenant,
          sql: body.sql,
          mostRows: Math.min(body.limit ?? queryRows, queryRows),
          timeoutMs: queryTimeoutSeconds * 1000,
          signal: request.signal,
        })
        for (const { name } of result.versions)
          await audit.recordRead({
            actor: { id: caller.keyId ?? 'system', name: caller.author },
            action: 'dataset:query',
            subject: `dataset:${name}`,
            tenant: caller.tenant,
            requestId: caller.requestId,
          })
        const { columns, rows, isCut, versions } = result
        return { columns, rows, is_cut: isCut, versions }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof splitsQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/versions/{revision}/splits',
      operationId: 'countDatasetSplits',
      summary: 'How many rows each split of a version has.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: splitsQuery },
      output: z.object({
        version: z.string(),
        number: z.int(),
        by: z.array(z.string()),
        salt: z.string(),
        data: z.array(z.object({ name: z.string(), rows: z.int(), share: z.number() })),
      }),
      handle: async ({ path, query }, { principal, signal }) => {
        const version = await resolveNamed(options, tenantOf(options, principal, query.tenant), path)
        const { splits } = version.definition
        if (!splits)
          throw new Failure(
            'not_found',
            `Version ${version.version.number} of \`${path.name}\` has no splits. Define \`splits\`, and publish a version under them.`,
          )
        const counts = await datasets.withFiles(
          [version],
          async ([files]) => {
            return await context.runTask('count-splits', { files, splits }, { weight: 'light', signal })
          },
          signal,
        )
        const { rows, schema } = version.version.manifest
        return {
          version: version.version.id,
          number: version.version.number,
          by: splits.by === undefined ? [...schema.key] : [splits.by].flat(),
          salt: splits.salt,
          data: counts.map(count => ({ ...count, share: rows === 0 ? 0 : count.rows / rows })),
        }
      },
    }),
  ]
}
