import { z } from 'zod'
import { type Database, Failure, streamOf } from '../../foundation/platform/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import type { BatchesConfig } from '../../foundation/config/index.ts'
import { actorOf, homeTenant, type Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { createFileId, objectKeyOf, type StoredFile, toWireFile, uploadPurposes } from './file.ts'
import { deleteFileRow, findFile, insertFile, listFiles, listPartKeys } from './file-store.ts'
import { readQuery } from './read-query.ts'
import { readUpload } from './read-multipart.ts'

export interface FilesOptions {
  readonly database: Database
  readonly objects: SealedObjects
  readonly audit: Audit
  readonly settings: () => BatchesConfig
}

export interface Caller {
  readonly principal: Principal
  readonly requestId: string
}

const daySeconds = 86_400
const expiry = z.coerce.number().int().min(3_600).max(2_592_000)

/** Stores an upload while it comes in; leaves nothing of one that is refused. */
export async function createFile(request: Request, caller: Caller, options: FilesOptions): Promise<object> {
  const { database, objects, audit, settings } = options
  const id = createFileId()
  const key = objectKeyOf(id)
  let sizeBytes = 0
  try {
    const limitBytes = settings().maxFileMegabytes * 1_048_576
    const { fields, filename } = await readUpload(request, limitBytes, async content => {
      sizeBytes = (await objects.put(homeTenant(caller.principal), key, content)).sizeBytes
    })
    if (filename === undefined) throw missing('file', 'Send the bytes of the file in the field `file`.')
    const purpose = uploadPurposes.find(one => one === fields['purpose'])
    if (!purpose) throw missing('purpose', `Send a \`purpose\`: one of ${uploadPurposes.join(', ')}.`)
    const createdAt = new Date()
    const seconds = fields['expires_after[seconds]']
    const parsed = expiry.safeParse(seconds ?? settings().retentionDays * daySeconds)
    if (seconds !== undefined && !parsed.success)
      throw missing('expires_after', 'Set `expires_after[seconds]` to between 3600 and 2592000.')
    const lifeSeconds = parsed.data ?? settings().retentionDays * daySeconds
    const file: StoredFile = {
      id,
      tenant: homeTenant(caller.principal),
      purpose,
      filename: filename.slice(0, 512),
      sizeBytes,
      batchId: undefined,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + lifeSeconds * 1_000),
    }
    await database.transaction(async transaction => {
      await insertFile(transaction, file)
      await audit.record(
        changeOf('file:create', file, caller, { after: { purpose, sizeBytes } }),
        transaction,
      )
    })
    return toWireFile(file)
  } catch (error) {
    await objects.delete(key)
    throw error
  }
}

/** Deletes the row first, so that nobody finds a file whose bytes are gone. */
export async function deleteFile(id: string, caller: Caller, options: FilesOptions): Promise<object> {
  const { database, objects, audit } = options
  const file = await findFileOr404(id, caller.principal, options)
  const keys = await keysOf(file, options)
  await database.transaction(async transaction => {
    await deleteFileRow(transaction, id)
    const before = { purpose: file.purpose, sizeBytes: file.sizeBytes }
    await audit.record(changeOf('file:delete', file, caller, { before }), transaction)
  })
  for (const key of keys) await objects.delete(key)
  return { id, object: 'file', deleted: true }
}

/** The bytes of a file; those of a batch that still runs are what it has answered so far. */
export async function readContent(id: string, caller: Caller, options: FilesOptions): Promise<Response> {
  const pieces = contentOf(await findFileOr404(id, caller.principal, options), options)
  return new Response(streamOf(pieces), { headers: { 'content-type': 'application/octet-stream' } })
}

export async function* contentOf(
  file: StoredFile,
  options: Pick<FilesOptions, 'database' | 'objects'>,
): AsyncGenerator<Uint8Array> {
  yield* read(file.tenant, await keysOf(file, options), options.objects)
}

async function* read(
  tenant: string,
  keys: readonly string[],
  objects: SealedObjects,
): AsyncGenerator<Uint8Array> {
  for (const key of keys) {
    const object = await objects.get(tenant, key)
    if (!object)
      throw new Failure('storage_unavailable', `The object ${key} is missing from the object store.`)
    yield* object.body as unknown as AsyncIterable<Uint8Array>
  }
}

async function keysOf(file: StoredFile, { database }: Pick<FilesOptions, 'database'>): Promise<string[]> {
  return file.batchId === undefined ? [objectKeyOf(file.id)] : await listPartKeys(database, file.id)
}

export async function findFileOr404(
  id: string,
  principal: Principal,
  { database }: Pick<FilesOptions, 'database'>,
): Promise<StoredFile> {
  const file = await findFile(database, homeTenant(principal), id)
  if (!file)
    throw new Failure('not_found', `No such File object: ${id.slice(0, 100)}`, {
      details: { parameter: 'id' },
    })
  return file
}

const query = z.object({
  purpose: z.string().optional(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
  order: z.enum(['asc', 'desc']).default('desc'),
})

export async function readFilePage(request: Request, caller: Caller, options: FilesOptions): Promise<object> {
  const { purpose, after, limit, order } = readQuery(request, query)
  const last = after === undefined ? undefined : await findFileOr404(after, caller.principal, options)
  const tenant = homeTenant(caller.principal)
  const found = await listFiles(options.database, { tenant, purpose, after: last, limit: limit + 1, order })
  const data = found.slice(0, limit).map(toWireFile)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  }
}

function changeOf(
  action: string,
  file: StoredFile,
  { principal, requestId }: Caller,
  states: { before?: unknown; after?: unknown },
) {
  return {
    actor: actorOf(principal),
    action,
    subject: `file:${file.id}`,
    tenant: file.tenant,
    requestId,
    ...states,
  }
}

function missing(parameter: string, message: string): Failure {
  return new Failure('invalid_request', message, { details: { parameter } })
}
