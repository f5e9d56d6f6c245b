import { canonicalJson } from '../../../foundation/platform/index.ts'
import type { ModelAttachment } from '../../registry/index.ts'
import { bomName, bomType } from '../bom/write-bom.ts'
import { cardName, cardType } from '../card/write-card.ts'
import { bundleType } from '../signature/bundle.ts'
import { attachmentKinds } from '../verification/verify-version.ts'
import { type Descriptor, digestOf, type Manifest, manifestType } from './oci-types.ts'

/** What an artifact without a configuration has in its place. */
export const emptyConfig = Buffer.from('{}')
export const emptyType = 'application/vnd.oci.empty.v1+json'

/** Which kinds of attachments travel, each as an artifact that refers to the model. */
const types: readonly { readonly kind: string; readonly type: string; readonly name: string }[] = [
  { kind: attachmentKinds.signature, type: bundleType, name: 'model.sig' },
  { kind: attachmentKinds.bom, type: bomType, name: bomName },
  { kind: attachmentKinds.card, type: cardType, name: cardName },
]

/** All signatures, and the newest of the others. */
export function travelling(attachments: readonly ModelAttachment[]): ModelAttachment[] {
  const newest = (kind: string): ModelAttachment[] => attachments.filter(one => one.kind === kind).slice(0, 1)
  return [
    ...attachments.filter(({ kind }) => kind === attachmentKinds.signature).slice(0, 10),
    ...newest(attachmentKinds.bom),
    ...newest(attachmentKinds.card),
  ]
}

/** The manifest of an attachment as an artifact that refers to a model. */
export function packAttachment(
  attachment: ModelAttachment,
  subject: Descriptor,
): { readonly manifest: Buffer; readonly descriptor: Descriptor } {
  const artifactType = types.find(({ kind }) => kind === attachment.kind)?.type ?? attachment.mediaType
  const manifest = Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType,
      config: { mediaType: emptyType, digest: digestOf(emptyConfig), size: emptyConfig.byteLength },
      layers: [
        {
          mediaType: artifactType,
          digest: `sha256:${attachment.sha256}`,
          size: attachment.bytes,
          annotations: { 'org.opencontainers.image.title': attachment.name },
        },
      ],
      subject,
    }),
  )
  return {
    manifest,
    descriptor: {
      mediaType: manifestType,
      digest: digestOf(manifest),
      size: manifest.byteLength,
      artifactType,
    },
  }
}

/** What an artifact that refers to a model is attached as; `undefined` where it is nothing that we know. */
export function unpackAttachment(
  manifest: Manifest,
):
  | { readonly kind: string; readonly name: string; readonly mediaType: string; readonly layer: Descriptor }
  | undefined {
  const [layer] = manifest.layers
  if (!layer || manifest.layers.length !== 1) return undefined
  const found = types.find(({ type }) => type === (manifest.artifactType ?? layer.mediaType))
  return found && { kind: found.kind, name: found.name, mediaType: found.type, layer }
}
