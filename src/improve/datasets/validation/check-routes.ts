import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { taskSchema, toWireTask } from '../datasets-wire.ts'
import { parseDefinition } from '../definition.ts'
import { removeNearBody, removeNearKind } from '../duplicates/remove-near.ts'
import { datasetProfile } from '../profile/profile.ts'
import {
  callerOf,
  type DatasetsRoutesOptions,
  namePath,
  onlyTenant,
  resolveNamed,
  revisionText,
  tag,
  tenantOf,
} from '../routes-context.ts'
import { findReportOfVersion } from '../stores/report-store.ts'
import { checkVersionKind } from './check-version.ts'
import { ruleKinds } from './rule-kinds.ts'

const versionPath = namePath.extend({ revision: revisionText })
const checkBody = z.strictObject({
  definition: z
    .string()
    .max(1_000_000)
    .optional()
    .describe('A definition (YAML) to try; the one in force by default.'),
})
const ruleSchema = z.object({
  name: z.string(),
  description: z.string(),
  in_columns: z.boolean().describe('Whether it may be written below a column.'),
  parameters: z.record(z.string(), z.unknown()).describe('JSON Schema of what is written under `checks`.'),
})

/** The rows for profiles, checks and near-duplicates. */
export function checkRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { context, datasets } = options
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/dataset-rules',
      operationId: 'listDatasetRules',
      summary: 'The rules that a definition can hold.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      output: z.object({ data: z.array(ruleSchema) }),
      handle: () => ({
        data: ruleKinds.map(({ name, description, short, parameters }) => ({
          name,
          description,
          in_columns: short !== undefined,
          parameters: z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' }),
        })),
      }),
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/datasets/{name}/versions/{revision}/profile',
      operationId: 'readDatasetProfile',
      summary: 'What the rows of a version look like, column by column.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant },
      output: datasetProfile.extend({ version: z.string(), number: z.int() }).meta({ id: 'DatasetProfile' }),
      handle: async ({ path, query }, { principal }) => {
        const { dataset, version } = await resolveNamed(
          options,
          tenantOf(options, principal, query.tenant),
          path,
        )
        const report = await findReportOfVersion(context.database, version.id)
        const profile = datasetProfile.safeParse(report?.profile)
        if (!profile.success)
          throw new Failure(
            'not_found',
            `Version ${version.number} of \`${dataset.name}\` has no profile. Check it: \`slipway dataset check ${dataset.name}@${version.number}\`.`,
          )
        return { version: version.id, number: version.number, ...profile.data }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant, typeof checkBody>({
      method: 'POST',
      path: '/api/datasets/{name}/versions/{revision}/checks',
      operationId: 'checkDatasetVersion',
      summary:
        'Profiles a version again and holds it to the rules of now, or to others that are to be tried. Its result names the report.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant, body: checkBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const { dataset, version } = await resolveNamed(options, caller.tenant, path)
        if (body.definition !== undefined) parseDefinition(body.definition, context.checkDefinition)
        const task = await datasets.tasks.start(caller, {
          kind: checkVersionKind,
          dataset: dataset.name,
          parameters: { dataset: dataset.name, version: version.id, definition: body.definition },
        })
        return toWireTask(task)
      },
    }),
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof removeNearBody>({
      method: 'POST',
      path: '/api/datasets/{name}/near-duplicates',
      operationId: 'removeDatasetNearDuplicates',
      summary: 'Publishes a version of a branch without the rows that are nearly the same as one that stays.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: removeNearBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const { dataset, version } = await resolveNamed(options, caller.tenant, {
          name: path.name,
          revision: body.branch,
        })
        const task = await datasets.tasks.start(caller, {
          kind: removeNearKind,
          dataset: dataset.name,
          parameters: { ...body, dataset: dataset.name, parent: version.id },
        })
        return toWireTask(task)
      },
    }),
  ]
}
