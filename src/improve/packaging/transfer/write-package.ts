import { canonicalJson, streamOf } from '../../../foundation/platform/index.ts'
import { tarEnd, tarHeader, tarPadding } from '../../datasets/index.ts'
import type { ModelRegistry, ModelVersion } from '../../registry/index.ts'
import { emptyConfig, packAttachment, travelling } from '../oci/attached.ts'
import { packModel } from '../oci/model-pack.ts'
import { digestOf, hexOf, indexType, manifestType } from '../oci/oci-types.ts'

interface Entry {
  readonly path: string
  readonly bytes: number
  readonly open: () => Promise<ReadableStream<Uint8Array>>
}

/**
 * A version, with what is attached to it, as an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md) in a tar. It is
 * written as it is read: nothing of it is ever whole in memory.
 */
export async function writePackage(
  registry: ModelRegistry,
  version: ModelVersion,
): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly bytes: number }> {
  const packed = packModel(version)
  const attachments = travelling(await registry.listAttachments(version))
  const subject = { mediaType: manifestType, digest: packed.digest, size: packed.manifest.byteLength }
  const referrers = attachments.map(attachment => ({ attachment, ...packAttachment(attachment, subject) }))
  const index = canonicalJson({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [
      {
        ...subject,
        annotations: { 'org.opencontainers.image.ref.name': `${version.model}-${version.number}` },
      },
      ...referrers.map(({ descriptor }) => descriptor),
    ],
  })
  const whole = (path: string, content: Buffer): Entry => ({
    path,
    bytes: content.byteLength,
    open: async () => new Blob([content as Uint8Array<ArrayBuffer>]).stream(),
  })
  const blob = (content: Buffer): Entry => whole(`blobs/sha256/${hexOf(digestOf(content))}`, content)
  const entries = [
    whole('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')),
    whole('index.json', Buffer.from(index)),
    blob(packed.manifest),
    blob(packed.config),
    ...(referrers.length > 0 ? [blob(emptyConfig)] : []),
    ...referrers.flatMap(({ attachment, manifest }) => [
      blob(manifest),
      {
        path: `blobs/sha256/${attachment.sha256}`,
        bytes: attachment.bytes,
        open: async () => await registry.readAttachment(version, attachment),
      },
    ]),
    ...version.manifest.files.map(({ path, bytes, sha256 }) => ({
      path: `blobs/sha256/${sha256}`,
      bytes,
      open: async () => await registry.readFile(version, path),
    })),
  ]
  // two files may be the same
  const once = [...new Map(entries.map(entry => [entry.path, entry])).values()]
  const headBytes = (entry: Entry): number =>
    tarHeader(entry.path, entry.bytes).reduce((sum, { length }) => sum + length, 0)
  const bytes = once.reduce(
    (sum, entry) => sum + headBytes(entry) + entry.bytes + tarPadding(entry.bytes).length,
    tarEnd.length,
  )
  return { body: streamOf(piecesOf(once)), bytes }
}

async function* piecesOf(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  for (const { path, bytes, open } of entries) {
    yield* tarHeader(path, bytes)
    yield* await open()
    yield tarPadding(bytes)
  }
  yield tarEnd
}
