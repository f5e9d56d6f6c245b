import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import type { Principal } from '../access/index.ts'
import { noRevision, publishRevision, type PublishingParts, rollBack } from './publish-revision.ts'
import { findRevision, listRevisions } from './revision-store.ts'
import { type Revision, revisionOrigins, type WrittenRevision } from './revision.ts'

const revisionOutput = z
  .object({
    revision: z.int(),
    hash: z.string().describe('Of the snapshot that it made; inferences name it.'),
    text_hash: z.string().describe('SHA-256 of the text.'),
    published_at: z.string(),
    published_by: z.string().describe('The name of a key, or the host and the file.'),
    origin: z.enum(revisionOrigins),
    restores: z.int().nullable().describe('The revision that a rollback has put in force again.'),
  })
  .meta({ id: 'ConfigurationRevision' })

const writtenOutput = revisionOutput
  .extend({ text: z.string().describe('Canonical YAML: no comments, keys in order.') })
  .meta({ id: 'WrittenConfigurationRevision' })

const query = z.object({
  cursor: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const path = z.object({ revision: z.coerce.number().int().positive() })
const body = z.strictObject({ text: z.string().max(262_144).describe('The text of a slipway.yaml.') })

/** The revisions of the configuration: what was in force for all replicas, and the way to another. */
export function revisionRoutes(parts: PublishingParts): AnyRoute<Principal>[] {
  const { database } = parts
  const common = { tag: 'System', tenant: 'system' } as const
  const actorOf = (principal: Principal) => ({ id: principal.keyId, name: principal.keyName })
  return [
    defineRoute<Principal, undefined, typeof query>({
      ...common,
      method: 'GET',
      path: '/api/configuration/revisions',
      operationId: 'listConfigurationRevisions',
      summary: 'The configurations that were published, newest first; the first is in force on all replicas.',
      permission: 'configuration:read',
      input: { query },
      output: z.object({ data: z.array(revisionOutput), next_cursor: z.string().nullable() }),
      handle: async ({ query: { cursor, limit } }) => {
        const revisions = await listRevisions(database, cursor, limit)
        const last = revisions.at(-1)
        return {
          data: revisions.map(toWire),
          next_cursor: last && revisions.length === limit && last.revision > 1 ? String(last.revision) : null,
        }
      },
    }),
    defineRoute<Principal, typeof path>({
      ...common,
      method: 'GET',
      path: '/api/configuration/revisions/{revision}',
      operationId: 'readConfigurationRevision',
      summary: 'A revision with its text.',
      permission: 'configuration:read',
      isAuditedRead: true,
      input: { path },
      output: writtenOutput,
      handle: async ({ path: { revision } }) => {
        const found = await findRevision(database, revision)
        if (!found) throw noRevision(revision)
        return toWrittenWire(found)
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof body>({
      ...common,
      method: 'POST',
      path: '/api/configuration/revisions',
      operationId: 'publishConfiguration',
      summary: 'Puts a configuration in force on all replicas. One that is in force already changes nothing.',
      permission: 'configuration:publish',
      input: { body },
      output: writtenOutput,
      status: 201,
      handle: async ({ body: { text } }, { principal, requestId }) =>
        toWrittenWire(
          await publishRevision(parts, { text, origin: 'api', actor: actorOf(principal), requestId }),
        ),
    }),
    defineRoute<Principal, typeof path>({
      ...common,
      method: 'POST',
      path: '/api/configuration/revisions/{revision}/rollback',
      operationId: 'rollBackConfiguration',
      summary: 'Puts an earlier revision in force again, as a new one.',
      permission: 'configuration:rollback',
      input: { path },
      output: writtenOutput,
      status: 201,
      handle: async ({ path: { revision } }, { principal, requestId }) =>
        toWrittenWire(await rollBack(parts, revision, actorOf(principal), requestId)),
    }),
  ]
}

function toWire(revision: Revision): z.output<typeof revisionOutput> {
  return {
    revision: revision.revision,
    hash: revision.snapshotHash,
    text_hash: revision.textHash,
    published_at: revision.publishedAt.toISOString(),
    published_by: revision.publishedBy,
    origin: revision.origin,
    restores: revision.restores ?? null,
  }
}

function toWrittenWire(revision: WrittenRevision): z.output<typeof writtenOutput> {
  return { ...toWire(revision), text: revision.text }
}
