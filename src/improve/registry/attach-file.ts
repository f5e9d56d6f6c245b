import { createHash } from 'node:crypto'
import { createId, Failure } from '../../foundation/platform/index.ts'
import { objectKey, objectName } from './files/store-file.ts'
import { getHeldModel, getVersion } from './find-model.ts'
import type { ModelAttachment } from './model.ts'
import { noteEvent } from './note-event.ts'
import type { Attach } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import { insertAttachment } from './stores/decision-store.ts'
import { markStored, touchObject, useObjects } from './stores/object-row-store.ts'
import { announceProofs } from './stores/announce.ts'

const mostBytes = 64 * 1024 * 1024

/** Stores a file that says something of a version, and notes it. */
export async function attachFile(context: RegistryContext, options: Attach): Promise<ModelAttachment> {
  const { caller, kind, name } = options
  const { tenant } = caller
  const content = Buffer.from(options.content)
  if (!/^[a-z][a-z0-9-]{0,49}$/.test(kind))
    throw new Failure('invalid_request', 'The kind of an attachment is lower-case letters, digits and -.', {
      details: { parameter: 'kind' },
    })
  if (!/^[\w.-]{1,200}$/.test(name) || name.startsWith('.'))
    throw new Failure('invalid_request', 'The name of an attachment is letters, digits, ., _ and -.', {
      details: { parameter: 'name' },
    })
  if (content.byteLength > mostBytes)
    throw new Failure('body_too_large', `An attachment has ${mostBytes} bytes at most.`)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const object = { tenant, object: objectName(sha256), bytes: content.byteLength }
  if (!(await touchObject(context.database, { ...object, now: new Date(context.now()) }))) {
    await context.objects.put(tenant, objectKey(tenant, sha256), content)
    await markStored(context.database, { ...object, now: new Date(context.now()) })
    context.onChange({ kind: 'stored', bytes: content.byteLength })
  }
  return await context.database.transaction(async transaction => {
    const model = await getHeldModel(transaction, tenant, options.model)
    const version = await getVersion({ database: transaction }, model, options.number)
    const missing = await useObjects(transaction, tenant, [object.object], {
      kind: 'attachment',
      subject: version.id,
    })
    if (missing.length > 0)
      throw new Failure('conflict', 'The attachment was collected meanwhile. Try again.')
    const attachment: ModelAttachment = {
      id: createId(),
      kind,
      name,
      mediaType: options.mediaType,
      sha256,
      bytes: content.byteLength,
      details: options.details ?? {},
      author: caller.author,
      createdAt: new Date(context.now()),
    }
    await insertAttachment(transaction, { ...attachment, versionId: version.id, tenant })
    // what was refused for want of it may be served now
    await announceProofs(transaction, tenant)
    await noteEvent(context, transaction, caller, model, {
      kind: 'attach',
      version: version.number,
      digest: version.digest,
      evidence: [{ kind, id: name, hash: sha256 }],
      details: { mediaType: attachment.mediaType, bytes: attachment.bytes },
      after: { kind, name, sha256 },
    })
    return attachment
  })
}
