import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { toWireVersion, versionSchema } from '../datasets-wire.ts'
import {
  type DatasetsRoutesOptions,
  namePath,
  onlyTenant,
  resolveNamed,
  revisionText,
  tag,
  tenantOf,
} from '../routes-context.ts'
import { blameRows, type Blame } from './blame-rows.ts'
import type { PastVersion } from './history.ts'

const versionPath = namePath.extend({ revision: revisionText })
const blameBody = z.strictObject({
  keys: z
    .array(z.string().min(1).max(100_000))
    .min(1)
    .max(100)
    .describe('Of rows that are there, or were: JSON lists, as `rows` shows them.'),
  columns: z.array(z.string().max(200)).min(1).max(1_000).optional().describe('Only these; all by default.'),
})
const originSchema = z
  .object({
    id: z.string(),
    number: z.int(),
    author: z.string(),
    message: z.string(),
    source: z.looseObject({ kind: z.string() }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'DatasetOrigin' })
const numberOf = z.int().nullable()
const blameSchema = z
  .object({
    version: versionSchema,
    columns: z.array(z.string()),
    rows: z.array(
      z.object({
        key: z.string(),
        state: z
          .enum(['present', 'removed', 'unknown'])
          .describe('`unknown`: neither this version nor one before it is known to have the row.'),
        row: z.record(z.string(), z.unknown()).nullable(),
        cells: z.array(
          z.object({
            column: z.string(),
            version: numberOf.describe('The number of the version that gave it its value.'),
            kind: z.enum(['added', 'changed']).nullable(),
          }),
        ),
        removed: z
          .object({
            version: z.int().describe('That no longer has the row.'),
            last: z.int().describe('That still had it.'),
          })
          .nullable(),
      }),
    ),
    origins: z.array(originSchema).describe('The versions that rows and cells name, by their numbers.'),
    followed_to: numberOf.describe(
      'Null where all was found. Else the number of the version at which the time was up (`datasets.queryTimeoutSeconds`).',
    ),
  })
  .meta({ id: 'DatasetBlame' })

/** The row that says who gave rows what they hold. */
export function blameRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { context, settings } = options
  return [
    defineRoute<Principal, typeof versionPath, typeof onlyTenant, typeof blameBody>({
      method: 'POST',
      path: '/api/datasets/{name}/versions/{revision}/blame',
      operationId: 'blameDatasetRows',
      summary: 'Which version gave each cell of rows its value, and which removed rows that are gone.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant, body: blameBody },
      output: blameSchema,
      handle: async ({ path, query, body }, { principal, signal }) => {
        const version = await resolveNamed(options, tenantOf(options, principal, query.tenant), path)
        const blame = await blameRows(context, {
          version,
          keys: [...new Set(body.keys)],
          columns: body.columns && [...new Set(body.columns)],
          timeoutMs: settings().queryTimeoutSeconds * 1000,
          signal,
        })
        return { version: toWireVersion(version.version), ...toWireBlame(blame) }
      },
    }),
  ]
}

function toWireBlame({ columns, rows, followedTo }: Blame): Omit<z.output<typeof blameSchema>, 'version'> {
  const named = rows.flatMap(({ cells, removal }) => [
    ...cells.flatMap(({ version }) => version ?? []),
    ...(removal ? [removal.version, removal.last] : []),
  ])
  const origins = [...new Map(named.map(version => [version.id, version])).values()]
  return {
    columns: [...columns],
    rows: rows.map(({ key, state, row, cells, removal }) => ({
      key,
      state,
      row: row ?? null,
      cells: cells.map(({ column, version, kind }) => ({
        column,
        version: version?.number ?? null,
        kind: kind ?? null,
      })),
      removed: removal ? { version: removal.version.number, last: removal.last.number } : null,
    })),
    origins: origins.toSorted((a, b) => b.number - a.number).map(toWireOrigin),
    followed_to: followedTo ?? null,
  }
}

function toWireOrigin(version: PastVersion): z.output<typeof originSchema> {
  const { id, number, author, message, source, createdAt } = version
  return { id, number, author, message, source: { ...source }, created_at: createdAt }
}
