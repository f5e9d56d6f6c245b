import { createHash } from 'node:crypto'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelFile, ModelVersion, RegistryCaller } from '../../registry/index.ts'
import { unpackAttachment } from '../oci/attached.ts'
import { readModelConfig, unpackModel } from '../oci/model-pack.ts'
import { type Descriptor, hexOf, parseManifest } from '../oci/oci-types.ts'
import type { PackagingContext } from '../packaging-context.ts'
import type { SigningKeys } from '../signature/signing-keys.ts'
import { openSignature, verifySignature } from '../signature/verify-signature.ts'
import { attachmentKinds } from '../verification/verify-version.ts'
import type { PackageSource } from './package-source.ts'

export interface PullOptions {
  readonly source: PackageSource
  /** Made where it is new. */
  readonly model: string
  /** Takes it also where nobody has signed it, or only who is not known here. Never where a signature contradicts the files, or is by a revoked key. */
  readonly allowsUnverified: boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export interface Pulled {
  readonly version: ModelVersion
  readonly isNew: boolean
  /** Of the manifest: `sha256:…`. */
  readonly digest: string
  /** What was found of its signatures. */
  readonly signature: string
}

interface Fetched {
  readonly kind: string
  readonly name: string
  readonly mediaType: string
  readonly content: Buffer
}

const mostAttachmentBytes = 16 * 1024 * 1024
const mostConfigBytes = 1024 * 1024

/** Makes a version of what another registry or a package has. Signatures are looked at before anything large is fetched. */
export async function pullVersion(
  context: PackagingContext,
  keys: SigningKeys,
  caller: RegistryCaller,
  { source, model, allowsUnverified, signal, onProgress }: PullOptions,
): Promise<Pulled> {
  const { registry } = context
  const { bytes, digest } = await source.manifest()
  const manifest = parseManifest(bytes, source.place)
  const { files } = unpackModel(manifest, source.place)
  const attachments = await fetchAttachments(source, digest)
  const signature = judgeSignatures(
    attachments,
    files,
    await keys.list(caller.tenant),
    source.place,
    allowsUnverified,
  )
  const { format, description } = readModelConfig(
    (await fetchSmall(source, manifest.config, mostConfigBytes)).toString('utf8'),
  )
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  let done = 0
  for (const file of files) {
    signal?.throwIfAborted()
    const before = done
    await registry.storeContent(caller.tenant, file, async () => {
      const stream = await source.blob({ digest: `sha256:${file.sha256}`, size: file.bytes })
      return counted(stream, pieces => {
        done += pieces
        onProgress?.(done, total)
      })
    })
    done = before + file.bytes
    onProgress?.(done, total)
  }
  const { version, isNew } = await registry.publishFiles({
    caller,
    model,
    format,
    files,
    description,
    source: { kind: source.kind, from: source.place, digest, signature },
    reason: `It was taken over from ${source.place}. ${signature}`,
  })
  await attachAll(context, caller, version, attachments)
  return { version, isNew, digest, signature }
}

async function fetchAttachments(source: PackageSource, digest: string): Promise<Fetched[]> {
  const found: Fetched[] = []
  for (const bytes of await source.referrers(digest)) {
    const manifest = parseManifest(bytes, source.place)
    // a list may hold what refers to another
    if (manifest.subject?.digest !== digest) continue
    const attachment = unpackAttachment(manifest)
    if (!attachment) continue
    const { kind, name, mediaType, layer } = attachment
    found.push({ kind, name, mediaType, content: await fetchSmall(source, layer, mostAttachmentBytes) })
  }
  return found
}

/** Says what was found, for the history. Throws `checks_failed` where the caller does not allow it. */
function judgeSignatures(
  attachments: readonly Fetched[],
  files: readonly ModelFile[],
  known: Awaited<ReturnType<SigningKeys['list']>>,
  place: string,
  allowsUnverified: boolean,
): string {
  const signatures = attachments.filter(({ kind }) => kind === attachmentKinds.signature)
  let why: string | undefined
  let contradiction: string | undefined
  for (const { content } of signatures) {
    const text = content.toString('utf8')
    try {
      const { key } = verifySignature(text, files, known)
      return `It is signed with ${key.name} (${key.id.slice(0, 12)}…).`
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      why ??= error.message
      if (!isUnknown(text, known)) contradiction ??= error.message
    }
  }
  if (contradiction !== undefined)
    throw new Failure('checks_failed', `${place} is not taken: ${contradiction}`)
  const found = why ?? 'Nobody has signed it.'
  if (allowsUnverified) return `It was allowed although no signature counts: ${found}`
  throw new Failure(
    'checks_failed',
    `${place} is not taken: ${found} Allow what is not verified, if you want it nevertheless.`,
  )
}

/** Whether a signature is only by somebody who is not known here. */
function isUnknown(text: string, known: Awaited<ReturnType<SigningKeys['list']>>): boolean {
  try {
    openSignature(text, known)
    return false
  } catch (error) {
    return error instanceof Failure && error.details['reason'] === 'unknown_key'
  }
}

async function attachAll(
  { registry }: PackagingContext,
  caller: RegistryCaller,
  version: ModelVersion,
  fetched: readonly Fetched[],
): Promise<void> {
  const there = new Set((await registry.listAttachments(version)).map(({ sha256 }) => sha256))
  for (const { content, ...attachment } of fetched)
    if (!there.has(createHash('sha256').update(content).digest('hex')))
      await registry.attach({ ...attachment, content, caller, model: version.model, number: version.number })
}

/** A small blob, held against its digest. */
async function fetchSmall(source: PackageSource, blob: Descriptor, mostBytes: number): Promise<Buffer> {
  if (blob.size > mostBytes)
    throw new Failure(
      'checks_failed',
      `${source.place} has a ${blob.mediaType} of ${blob.size} bytes; ${mostBytes} are the most.`,
    )
  const content = Buffer.from(await new Response(await source.blob(blob)).arrayBuffer())
  if (createHash('sha256').update(content).digest('hex') === hexOf(blob.digest)) return content
  throw new Failure(
    'checks_failed',
    `${source.place}: ${blob.digest.slice(0, 19)}… has other content than its digest says. It was changed there or on its way.`,
  )
}

function counted(
  stream: ReadableStream<Uint8Array>,
  onBytes: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        onBytes(piece.byteLength)
        controller.enqueue(piece)
      },
    }),
  )
}
