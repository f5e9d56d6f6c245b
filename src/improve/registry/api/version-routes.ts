import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { modelName } from '../definition.ts'
import { modelFormats, type ModelVersion } from '../model.ts'
import { listServingsOfVersions } from '../stores/serving-store.ts'
import {
  aliasSchema,
  attachmentSchema,
  decisionSchema,
  evidenceSchema,
  fileSchema,
  servingSchema,
  toWireAlias,
  toWireAttachment,
  toWireDecision,
  toWireServing,
  toWireVersion,
  versionSchema,
} from './registry-wire.ts'
import {
  callerOf,
  limitQuery,
  modelPath,
  onlyTenant,
  reason,
  type RegistryRoutesOptions,
  tag,
  tenantOf,
  tenantQuery,
  versionPath,
} from './routes-context.ts'

const reference = z.string().min(1).max(300)
const tags = z.record(z.string().min(1).max(250), z.string().max(5_000))
const listQuery = z.object({
  tenant: tenantQuery,
  before: z.coerce.number().int().min(1).optional().describe('Only versions before this number.'),
  limit: limitQuery,
})
const publishPath = z.object({ name: modelName })
const publishBody = z.strictObject({
  files: z
    .array(
      fileSchema.extend({
        path: z.string().min(1).max(400),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(10_000)
    .describe('Files that were sent, or are stored from before.'),
  format: z.enum(modelFormats).optional().describe('What the files say, by default.'),
  lineage: z
    .strictObject({
      datasets: z
        .array(
          z.strictObject({
            reference: reference.describe('`support@12`, `support@main`.'),
            split: z.string().max(60).optional(),
            role: z.enum(['training', 'validation', 'evaluation']).default('training'),
          }),
        )
        .max(100)
        .optional(),
      runs: z
        .array(
          z.strictObject({
            kind: z.enum(['training', 'pipeline', 'mlflow']),
            id: z.string().min(1).max(200),
          }),
        )
        .max(100)
        .optional(),
      models: z
        .array(
          z.strictObject({
            reference: reference.describe('`support@3`, `support@production`.'),
            role: z.enum(['base', 'teacher', 'quantized']),
          }),
        )
        .max(100)
        .optional(),
    })
    .optional(),
  metrics: z.record(z.string().min(1).max(250), z.number()).optional(),
  tags: tags.optional(),
  description: z.string().max(100_000).optional(),
  source: z.looseObject({ kind: z.string().min(1).max(50) }).default({ kind: 'import' }),
  evidence: z.array(evidenceSchema).max(100).optional(),
  reason,
})
const changeBody = z.strictObject({
  description: z.string().max(100_000).optional(),
  tags: tags.optional().describe('Instead of those that it has.'),
})
const deleteQuery = onlyTenant.extend({ reason })
const fileQuery = onlyTenant.extend({ path: z.string().min(1).max(400) })
const attachBody = z.strictObject({
  kind: z.string().min(1).max(50).describe('`card`, `signature`, `sbom`.'),
  name: z.string().min(1).max(200),
  media_type: z.string().min(1).max(200).default('application/octet-stream'),
  content: z.base64().max(90_000_000).describe('In base64.'),
  details: z.record(z.string(), z.unknown()).optional(),
})
const attachmentPath = versionPath.extend({ attachment: z.uuid() })
const detailSchema = versionSchema
  .extend({
    aliases: z.array(aliasSchema),
    attachments: z.array(attachmentSchema),
    decisions: z.array(decisionSchema),
    servings: z.array(servingSchema).describe('Which of our engines have had it, the newest first.'),
  })
  .meta({ id: 'ModelVersionDetail' })

/** The rows of versions, their files and what is attached to them. */
export function versionsRoutes(options: RegistryRoutesOptions): AnyRoute<Principal>[] {
  const { registry, context } = options

  const find = async (
    principal: Principal,
    path: { readonly name: string; readonly version: string },
    tenant: string | undefined,
  ): Promise<ModelVersion> =>
    await registry.resolve(tenantOf(options, principal, tenant), `${path.name}@${path.version}`)

  return [
    defineRoute<Principal, typeof modelPath, typeof listQuery>({
      method: 'GET',
      path: '/api/models/{name}/versions',
      operationId: 'listModelVersions',
      summary: 'Versions of a model, the newest first.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: modelPath, query: listQuery },
      output: z.object({ data: z.array(versionSchema), next_cursor: z.string().nullable() }),
      handle: async ({ path, query }, { principal }) => {
        const model = await registry.get(tenantOf(options, principal, query.tenant), path.name)
        const found = await registry.listVersions(model, { before: query.before, limit: query.limit + 1 })
        const shown = found.slice(0, query.limit)
        return {
          data: shown.map(toWireVersion),
          next_cursor: found.length > shown.length ? String(shown.at(-1)?.number) : null,
        }
      },
    }),
    defineRoute<Principal, typeof publishPath, typeof onlyTenant, typeof publishBody>({
      method: 'POST',
      path: '/api/models/{name}/versions',
      operationId: 'publishModelVersion',
      summary: 'Makes a version of files that are stored; makes the model where it is new.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: publishPath, query: onlyTenant, body: publishBody },
      output: z.object({
        version: versionSchema,
        is_new: z
          .boolean()
          .describe('False where a version of the same files and the same lineage is there.'),
      }),
      status: 201,
      handle: async ({ path, query, body }, request) => {
        const { version, isNew } = await registry.publishFiles({
          ...body,
          caller: callerOf(options, request, query.tenant),
          model: path.name,
        })
        return { version: toWireVersion(version), is_new: isNew }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/models/{name}/versions/{version}',
      operationId: 'readModelVersion',
      summary: 'A version with its aliases, attachments, decisions and the engines that have had it.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant },
      output: detailSchema,
      handle: async ({ path, query }, { principal }) => {
        const version = await find(principal, path, query.tenant)
        const model = await registry.get(version.tenant, version.model)
        const [aliases, attachments, decisions, servings] = await Promise.all([
          registry.listAliases(model),
          registry.listAttachments(version),
          registry.listDecisions(version),
          listServingsOfVersions(context.database, [version.id]),
        ])
        return {
          ...toWireVersion(version),
          aliases: aliases.filter(({ number }) => number === version.number).map(toWireAlias),
          attachments: attachments.map(toWireAttachment),
          decisions: decisions.map(toWireDecision),
          servings: servings.map(serving => toWireServing(serving, version.number)),
        }
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant, typeof changeBody>({
      method: 'PATCH',
      path: '/api/models/{name}/versions/{version}',
      operationId: 'describeModelVersion',
      summary: 'Changes the description or the tags of a version; nothing else of it can change.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant, body: changeBody },
      output: versionSchema,
      handle: async ({ path, query, body }, request) => {
        const { number } = await find(request.principal, path, query.tenant)
        const caller = callerOf(options, request, query.tenant)
        return toWireVersion(await registry.describeVersion(caller, path.name, number, body))
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof deleteQuery>({
      method: 'DELETE',
      path: '/api/models/{name}/versions/{version}',
      operationId: 'deleteModelVersion',
      summary: 'Deletes a version that no alias and no engine has. Its history stays.',
      tag,
      permission: 'model:approve',
      tenant: 'any',
      input: { path: versionPath, query: deleteQuery },
      output: undefined,
      status: 204,
      handle: async ({ path, query }, request) => {
        const { number } = await find(request.principal, path, query.tenant)
        await registry.deleteVersion(
          callerOf(options, request, query.tenant),
          path.name,
          number,
          query.reason,
        )
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof fileQuery>({
      method: 'GET',
      path: '/api/models/{name}/versions/{version}/file',
      operationId: 'readModelFile',
      summary:
        'The content of one file. A transfer that ends early was damaged: the hash is checked on the way.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: versionPath, query: fileQuery },
      output: 'file',
      handle: async ({ path, query }, { principal }) => {
        const version = await find(principal, path, query.tenant)
        const body = await registry.readFile(version, query.path)
        const file = version.manifest.files.find(one => one.path === query.path)
        return fileAnswer(body, query.path, file?.bytes ?? 0)
      },
    }),
    defineRoute<Principal, typeof versionPath, typeof onlyTenant, typeof attachBody>({
      method: 'POST',
      path: '/api/models/{name}/versions/{version}/attachments',
      operationId: 'attachToModelVersion',
      summary: 'Adds a card, a signature or another file that says something of a version.',
      tag,
      permission: 'model:write',
      tenant: 'any',
      input: { path: versionPath, query: onlyTenant, body: attachBody },
      output: attachmentSchema,
      status: 201,
      handle: async ({ path, query, body }, request) => {
        const { number } = await find(request.principal, path, query.tenant)
        return toWireAttachment(
          await registry.attach({
            caller: callerOf(options, request, query.tenant),
            model: path.name,
            number,
            kind: body.kind,
            name: body.name,
            mediaType: body.media_type,
            content: Buffer.from(body.content, 'base64'),
            details: body.details,
          }),
        )
      },
    }),
    defineRoute<Principal, typeof attachmentPath, typeof onlyTenant>({
      method: 'GET',
      path: '/api/models/{name}/versions/{version}/attachments/{attachment}',
      operationId: 'readModelAttachment',
      summary: 'The content of a file that is attached to a version.',
      tag,
      permission: 'model:read',
      tenant: 'any',
      input: { path: attachmentPath, query: onlyTenant },
      output: 'file',
      handle: async ({ path, query }, { principal }) => {
        const version = await find(principal, path, query.tenant)
        const attachments = await registry.listAttachments(version)
        const attachment = attachments.find(({ id }) => id === path.attachment)
        if (!attachment) throw new Failure('not_found', 'There is no such attachment.')
        return fileAnswer(
          await registry.readAttachment(version, attachment),
          attachment.name,
          attachment.bytes,
        )
      },
    }),
  ]
}

function fileAnswer(body: ReadableStream<Uint8Array>, path: string, bytes: number): Response {
  const name = (path.split('/').at(-1) ?? 'file').replaceAll(/[^\w.-]/g, '_')
  return new Response(body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes),
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  })
}
