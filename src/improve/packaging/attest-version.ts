import { createHash } from 'node:crypto'
import type { ModelAttachment, ModelVersion, RegistryCaller } from '../registry/index.ts'
import { bomName, bomType, writeBom } from './bom/write-bom.ts'
import { cardName, cardType, writeCard } from './card/write-card.ts'
import { gatherEvidence } from './evidence.ts'
import type { PackagingContext } from './packaging-context.ts'
import { bundleType } from './signature/bundle.ts'
import type { SigningKeys } from './signature/signing-keys.ts'
import { writeStatement } from './signature/statement.ts'
import { attachmentKinds } from './verification/verify-version.ts'

export const signatureName = 'model.sig'

/** Writes the card of a version from what is known of it; the same evidence gives the card that is there. */
export async function writeVersionCard(
  context: PackagingContext,
  caller: RegistryCaller,
  version: ModelVersion,
  evaluations: readonly string[] = [],
): Promise<ModelAttachment> {
  const evidence = await gatherEvidence(context, version, evaluations)
  return await attachOnce(context, caller, version, {
    kind: attachmentKinds.card,
    name: cardName,
    mediaType: cardType,
    content: writeCard(evidence),
    details: { evaluations: evidence.evaluations.map(({ id }) => id) },
  })
}

export async function writeVersionBom(
  context: PackagingContext,
  caller: RegistryCaller,
  version: ModelVersion,
): Promise<ModelAttachment> {
  return await attachOnce(context, caller, version, {
    kind: attachmentKinds.bom,
    name: bomName,
    mediaType: bomType,
    content: writeBom(await gatherEvidence(context, version, [])),
    details: { specVersion: '1.6' },
  })
}

/** Signs the files of a version with the tenant's key, and its newest card and bill of materials with them. */
export async function signVersion(
  context: PackagingContext,
  keys: SigningKeys,
  caller: RegistryCaller,
  version: ModelVersion,
): Promise<ModelAttachment> {
  const attachments = await context.registry.listAttachments(version)
  const newest = [attachmentKinds.bom, attachmentKinds.card].flatMap(
    kind => attachments.find(attachment => attachment.kind === kind) ?? [],
  )
  const statement = writeStatement({
    name: `${version.model}@${version.number}`,
    files: version.manifest.files,
    attachments: newest.map(({ kind, name, sha256 }) => ({ kind, name, sha256 })),
  })
  const { bundle, key } = await keys.sign(caller, statement)
  const attached = await context.registry.attach({
    caller,
    model: version.model,
    number: version.number,
    kind: attachmentKinds.signature,
    name: signatureName,
    mediaType: bundleType,
    content: bundle,
    details: { key: key.id, keyName: key.name, covers: newest.map(({ name }) => name) },
  })
  context.onChange({ kind: 'signed' })
  return attached
}

/** Attaches a file, unless the newest of its kind is the same. */
async function attachOnce(
  { registry }: PackagingContext,
  caller: RegistryCaller,
  version: ModelVersion,
  file: {
    readonly kind: string
    readonly name: string
    readonly mediaType: string
    readonly content: string
    readonly details: Readonly<Record<string, unknown>>
  },
): Promise<ModelAttachment> {
  const newest = (await registry.listAttachments(version)).find(({ kind }) => kind === file.kind)
  if (newest?.sha256 === createHash('sha256').update(file.content).digest('hex')) return newest
  return await registry.attach({ ...file, caller, model: version.model, number: version.number })
}
