import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelVersion, RegistryCaller } from '../../registry/index.ts'
import { emptyConfig, packAttachment, travelling } from '../oci/attached.ts'
import { packModel } from '../oci/model-pack.ts'
import { digestOf, manifestType } from '../oci/oci-types.ts'
import { putManifest, putReferrer } from '../oci/referrers.ts'
import { createRegistryClient, type DeclaredRegistry } from '../oci/registry-client.ts'
import { uploadBlob } from '../oci/upload-blob.ts'
import type { PackagingContext } from '../packaging-context.ts'

export interface PushOptions {
  readonly registry: DeclaredRegistry
  readonly repository: string
  readonly tag: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export interface Pushed {
  /** Of the manifest: `sha256:…`. */
  readonly digest: string
  /** `hub/ml/support:3`. */
  readonly reference: string
}

/**
 * Sends a version with its card, bill of materials and signatures to another registry. The tag is put last: whoever sees it finds all of it
 * there. What the registry has is not sent again.
 */
export async function pushVersion(
  context: PackagingContext,
  caller: RegistryCaller,
  version: ModelVersion,
  { registry: target, repository, tag, signal, onProgress }: PushOptions,
): Promise<Pushed> {
  const { registry } = context
  if (!/^\w[\w.-]{0,127}$/.test(tag))
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(tag.slice(0, 100))} is no tag: letters, digits, ., _ and -.`,
      {
        details: { parameter: 'tag' },
      },
    )
  const client = createRegistryClient(target, repository, 'pull,push')
  const packed = packModel(version)
  const attachments = travelling(await registry.listAttachments(version))
  const total = version.bytes + attachments.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  const onBytes = (bytes: number): void => {
    done += bytes
    onProgress?.(done, total)
  }
  for (const file of version.manifest.files)
    await uploadBlob(
      client,
      { digest: `sha256:${file.sha256}`, size: file.bytes },
      async () => await registry.readFile(version, file.path),
      { signal, onBytes },
    )
  const small = async (content: Buffer): Promise<void> => {
    const blob = { digest: digestOf(content), size: content.byteLength }
    await uploadBlob(client, blob, async () => new Blob([content as Uint8Array<ArrayBuffer>]).stream(), {
      signal,
    })
  }
  await small(packed.config)
  const subject = { mediaType: manifestType, digest: packed.digest, size: packed.manifest.byteLength }
  await putManifest(client, packed.digest, packed.manifest, manifestType, signal)
  if (attachments.length > 0) await small(emptyConfig)
  for (const attachment of attachments) {
    await uploadBlob(
      client,
      { digest: `sha256:${attachment.sha256}`, size: attachment.bytes },
      async () => await registry.readAttachment(version, attachment),
      { signal, onBytes },
    )
    await putReferrer(client, packed.digest, packAttachment(attachment, subject), signal)
  }
  await putManifest(client, tag, packed.manifest, manifestType, signal)
  const reference = `${client.place}:${tag}`
  await registry.notePush(caller, version, { to: reference, digest: packed.digest })
  return { digest: packed.digest, reference }
}
