import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import {
  keyedRowSchema,
  publishedSchema,
  refSchema,
  toWirePublished,
  toWireRef,
  toWireVersion,
  versionSchema,
} from './datasets-wire.ts'
import { datasetProfile } from './profile/profile.ts'
import { checkReport } from './validation/report.ts'
import { checkRefName } from './reference.ts'
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
import { deleteRef, findRef, insertRef, listRefs } from './stores/ref-store.ts'
import { findReport, findReportOfVersion } from './stores/report-store.ts'
import { findDefinition } from './stores/dataset-store.ts'
import { findVersion, listAncestors, listVersions } from './stores/version-store.ts'

const logQuery = z.object({
  tenant: tenantQuery,
  from: revisionText.optional().describe('Only this version and those before it; all versions by default.'),
  cursor: z.coerce.number().int().positive().optional().describe('`next_cursor` of the page before.'),
  limit: limitQuery(50, 200),
})
const versionPath = namePath.extend({ revision: revisionText })
const rowsQuery = z.object({
  tenant: tenantQuery,
  split: z.string().max(50).optional(),
  columns: z.string().max(10_000).optional().describe('Their names, with commas between.'),
  where: z
    .string()
    .max(10_000)
    .optional()
    .describe("A condition in SQL: `language = 'de' AND length(input) > 10`."),
  key: z.string().max(10_000).optional().describe('Only the row of this key.'),
  cursor: z.string().max(50).optional().describe('`next_cursor` of the page before.'),
  limit: limitQuery(50, 1_000),
})
const commitBody = z.strictObject({
  branch: z.string().min(1).max(100).default('main'),
  parent: z
    .string()
    .max(64)
    .optional()
    .describe(
      'The id of the version that the branch must be at; another answer is 409. Or where a new branch begins.',
    ),
  message: z.string().max(2_000).default(''),
  upserts: z
    .array(z.record(z.string(), z.unknown()))
    .max(100_000)
    .default([])
    .describe('Rows that are new, or replace the one of the same key.'),
  deletes: z.array(z.string().max(100_000)).max(100_000).default([]).describe('Keys of rows that go.'),
})
const refBody = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(['branch', 'tag']),
  at: revisionText.default('main'),
})
const refPath = namePath.extend({ ref: z.string().min(1).max(100) })
const reportSchema = z
  .object({
    id: z.string(),
    branch: z.string(),
    version: z.string().nullable().describe('Null where the checks refused it.'),
    is_refused: z.boolean(),
    checks: z.array(z.looseObject({ check: z.string(), severity: z.string(), outcome: z.string() })),
    profile: datasetProfile.nullable(),
    details: checkReport.nullable().describe('What each rule found, with rows.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'DatasetReport' })

/** The rows for versions, their rows, branches and tags. */
export function versionRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { context, datasets } = options
  const { database, audit } = context

  return [
    defineRoute<Principal, typeof namePath, typeof logQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/versions',
      operationId: 'listDatasetVersions',
      summary: 'Versions, the newest first, with what each was made of: the graph.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: logQuery },
      output: z.object({
        data: z.array(versionSchema),
        refs: z.array(refSchema).describe('Branches and tags, to be drawn beside the versions.'),
        next_cursor: z.string().nullable(),
      }),
      handle: async ({ path, query }, { principal }) => {
        const dataset = await datasets.get(tenantOf(options, principal, query.tenant), path.name)
        const page = { before: query.cursor, limit: query.limit + 1 }
        const found =
          query.from === undefined
            ? await listVersions(database, dataset.id, page)
            : await listAncestors(
                database,
                dataset.id,
                (
                  await resolveNamed(options, tenantOf(options, principal, query.tenant), {
                    name: path.name,
                    revision: query.from,
                  })
                ).version.id,
                page,
              )
        const data = found.slice(0, query.limit)
        return {
          data: data.map(toWireVersion),
          refs: (await listRefs(database, dataset.id)).map(toWireRef),
          next_cursor: found.length > data.length ? String(data.at(-1)?.number) : null,
        }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/datasets/{name}/versions/{revision}',
      operationId: 'readDatasetVersion',
      summary: 'One version, with the definition that it was held to.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant },
      output: z.object({
        version: versionSchema,
        definition: z.looseObject({}),
        definition_text: z.string().describe('The YAML that the version was held to.'),
        parents: z.array(z.object({ id: z.string(), number: z.int() })),
        refs: z.array(refSchema).describe('Branches and tags that are at it.'),
      }),
      handle: async ({ path, query }, { principal }) => {
        const { dataset, version, definition } = await resolveNamed(
          options,
          tenantOf(options, principal, query.tenant),
          path,
        )
        const { tenant, parents, definitionHash } = version.manifest
        const refs = await listRefs(database, dataset.id)
        const known = await Promise.all(parents.map(async id => await findVersion(database, tenant, id)))
        return {
          version: toWireVersion(version),
          definition,
          definition_text: (await findDefinition(database, dataset.id, definitionHash))?.text ?? '',
          parents: known.flatMap(parent => (parent ? [{ id: parent.id, number: parent.number }] : [])),
          refs: refs.filter(({ versionId }) => versionId === version.id).map(toWireRef),
        }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/datasets/{name}/versions/{revision}/report',
      operationId: 'readDatasetReport',
      summary: 'What profile and checks said of a version when it was published.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant },
      output: reportSchema,
      handle: async ({ path, query }, { principal }) => {
        const { version, dataset } = await resolveNamed(
          options,
          tenantOf(options, principal, query.tenant),
          path,
        )
        const report = await findReportOfVersion(database, version.id)
        if (!report)
          throw new Failure(
            'not_found',
            `There is no report of version ${version.number} of \`${dataset.name}\`.`,
          )
        return toWireReport(report)
      },
    }),
    defineRoute<Principal, z.ZodObject<{ id: z.ZodUUID }>>({
      method: 'GET',
      path: '/api/dataset-reports/{id}',
      operationId: 'readDatasetReportById',
      summary: 'A report of checks by its id, also where they refused what was to be published.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: z.object({ id: z.uuid() }) },
      output: reportSchema,
      handle: async ({ path }, { principal }) => {
        const report = await findReport(database, options.access.visibleTenant(principal), path.id)
        if (!report) throw new Failure('not_found', `There is no report ${path.id}.`)
        return toWireReport(report)
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof rowsQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/versions/{revision}/rows',
      operationId: 'listDatasetRows',
      summary: 'Rows of a version in the order in which they lie; of one split, or those of a condition.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: rowsQuery },
      output: z.object({
        version: z.string(),
        number: z.int(),
        data: z.array(keyedRowSchema),
        next_cursor: z.string().nullable(),
      }),
      handle: async ({ path, query }, { principal, signal }) => {
        const version = await resolveNamed(options, tenantOf(options, principal, query.tenant), path)
        const page = await datasets.readRows(version, {
          columns: query.columns?.split(',').map(column => column.trim()),
          split: query.split,
          where: query.where,
          keys: query.key === undefined ? undefined : [query.key],
          after: query.cursor,
          limit: query.limit,
          signal,
        })
        return {
          version: version.version.id,
          number: version.version.number,
          data: page.rows,
          next_cursor: page.next ?? null,
        }
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof commitBody>({
      method: 'POST',
      path: '/api/datasets/{name}/commits',
      operationId: 'commitDatasetRows',
      summary: 'Publishes rows that are put and deleted as a new version of a branch.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: commitBody },
      output: publishedSchema,
      status: 201,
      handle: async ({ path, query, body }, request) =>
        toWirePublished(
          await datasets.commit({
            caller: callerOf(options, request, query.tenant),
            dataset: path.name,
            source: { kind: 'edit' },
            signal: request.signal,
            ...body,
          }),
        ),
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof refBody>({
      method: 'POST',
      path: '/api/datasets/{name}/refs',
      operationId: 'createDatasetRef',
      summary: 'Makes a branch or a tag at a version.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: refBody },
      output: refSchema,
      status: 201,
      handle: async ({ path, query, body: { name, kind, at } }, request) => {
        checkRefName(name, 'name')
        const caller = callerOf(options, request, query.tenant)
        const { dataset, version } = await resolveNamed(options, caller.tenant, {
          name: path.name,
          revision: at,
        })
        const now = new Date(context.now())
        await database.transaction(async transaction => {
          const ref = { datasetId: dataset.id, name, kind, versionId: version.id, author: caller.author, now }
          if (!(await insertRef(transaction, ref)))
            throw new Failure('conflict', `\`${dataset.name}\` has a branch or a tag \`${name}\` already.`, {
              details: { parameter: 'name' },
            })
          await audit.record(
            {
              actor: { id: caller.keyId ?? 'system', name: caller.author },
              action: `dataset:${kind}`,
              subject: `dataset:${dataset.name}@${name}`,
              tenant: caller.tenant,
              requestId: caller.requestId,
              after: version.id,
            },
            transaction,
          )
        })
        const made = await findRef(database, dataset.id, name)
        if (!made) throw new Failure('not_found', `\`${name}\` was deleted meanwhile.`)
        return toWireRef(made)
      },
    }),
    defineRoute<Principal, typeof refPath, typeof onlyTenant>({
      method: 'DELETE',
      path: '/api/datasets/{name}/refs/{ref}',
      operationId: 'deleteDatasetRef',
      summary: 'Deletes a branch or a tag. Versions that nothing names any more are collected after a while.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: refPath, query: onlyTenant },
      output: undefined,
      status: 204,
      handle: async ({ path, query }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const dataset = await datasets.get(caller.tenant, path.name)
        await database.transaction(async transaction => {
          const before = await findRef(transaction, dataset.id, path.ref)
          if (!before || !(await deleteRef(transaction, dataset.id, path.ref)))
            throw new Failure('not_found', `\`${dataset.name}\` has no branch or tag \`${path.ref}\`.`)
          await audit.record(
            {
              actor: { id: caller.keyId ?? 'system', name: caller.author },
              action: `dataset:delete-${before.kind}`,
              subject: `dataset:${dataset.name}@${path.ref}`,
              tenant: caller.tenant,
              requestId: caller.requestId,
              before: before.versionId,
            },
            transaction,
          )
        })
      },
    }),
  ]
}

function toWireReport(
  report: NonNullable<Awaited<ReturnType<typeof findReport>>>,
): z.output<typeof reportSchema> {
  return {
    id: report.id,
    branch: report.branch,
    version: report.versionId ?? null,
    is_refused: report.isRefused,
    checks: report.summaries.map(summary => ({ ...summary, rows: summary.rows ?? null })),
    profile: datasetProfile.safeParse(report.profile).data ?? null,
    details: checkReport.safeParse(report.details).data ?? null,
    created_at: report.createdAt.toISOString(),
  }
}
