import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelAttachment, ModelVersion, ProofFinding, ProofKind } from '../../registry/index.ts'
import { checkBom } from '../bom/check-bom.ts'
import { checkCard } from '../card/check-card.ts'
import type { PackagingContext } from '../packaging-context.ts'
import type { SigningKeys } from '../signature/signing-keys.ts'
import { type VerifiedSignature, verifySignature } from '../signature/verify-signature.ts'
import { findFileCheck, putFileCheck } from './file-check-store.ts'
import type { FileCheck, Proof, Verification } from './verification.ts'

/** The kind of attachment that each proof is. */
export const attachmentKinds = {
  signature: 'signature',
  bom: 'sbom',
  card: 'card',
} as const satisfies Record<ProofKind, string>

export interface VerifyOptions {
  /** Reads every stored file and hashes it, in this name; otherwise the list of files is taken at its word. */
  readonly readsFilesFor?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Holds what is said of a version against the version. A signature counts where its key is known and not revoked and every file is as it was
 * signed; of several signatures one has to count. A bill of materials and a card are the newest of their kind.
 */
export async function verifyVersion(
  context: PackagingContext,
  keys: SigningKeys,
  version: ModelVersion,
  options: VerifyOptions = {},
): Promise<Verification> {
  const attachments = await context.registry.listAttachments(version)
  const files =
    options.readsFilesFor === undefined
      ? await findFileCheck(context.database, version.id)
      : await readFiles(context, version, options.readsFilesFor, options.signal)
  const { proof: signature, verified } = await proveSignature(context, keys, version, attachments)
  const bom = await proveAttached(context, version, attachments, verified, 'bom', text => {
    checkBom(text, version)
    return true
  })
  const card = await proveAttached(
    context,
    version,
    attachments,
    verified,
    'card',
    text => checkCard(text, version).namesVersion,
  )
  for (const { proof, state } of [signature, bom, card])
    context.onChange({ kind: 'proof', proof, outcome: state })
  return { signature, bom, card, files }
}

/** The same as alias rules ask it: with the signature, what it covers has to be what is there. */
export async function proveVersion(
  context: PackagingContext,
  keys: SigningKeys,
  version: ModelVersion,
  wanted: readonly ProofKind[],
  { readsFiles }: { readonly readsFiles: boolean },
): Promise<ProofFinding[]> {
  const found = await verifyVersion(context, keys, version, {
    readsFilesFor: readsFiles ? 'system' : undefined,
  })
  const isSignatureWanted = wanted.includes('signature')
  return wanted.map(proof => {
    const { state, reason, isSigned } = found[proof]
    if (found.files?.problem !== undefined)
      return {
        proof,
        isVerified: false,
        explanation: `Its files are not what they were: ${found.files.problem}`,
      }
    if (state !== 'verified') return { proof, isVerified: false, explanation: reason }
    if (isSignatureWanted && isSigned === false)
      return {
        proof,
        isVerified: false,
        explanation: `Its ${nameOf(proof)} is not covered by its signature. Sign the version again, after that was written.`,
      }
    return { proof, isVerified: true, explanation: reason }
  })
}

async function readFiles(
  { registry, database, now }: PackagingContext,
  version: ModelVersion,
  by: string,
  signal: AbortSignal | undefined,
): Promise<FileCheck> {
  let problem: string | undefined
  for (const { path } of version.manifest.files) {
    signal?.throwIfAborted()
    try {
      // fails at its end where it is not what its hash says
      for await (const _ of await registry.readFile(version, path)) signal?.throwIfAborted()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      problem = `${path}: ${error.message}`
      break
    }
  }
  const check: FileCheck = { problem, by, at: new Date(now()) }
  await putFileCheck(database, version, check)
  return check
}

async function proveSignature(
  context: PackagingContext,
  keys: SigningKeys,
  version: ModelVersion,
  attachments: readonly ModelAttachment[],
): Promise<{ proof: Proof; verified: VerifiedSignature | undefined }> {
  const found = attachments.filter(({ kind }) => kind === attachmentKinds.signature)
  const known = found.length > 0 ? await keys.list(version.tenant) : []
  let refused: Proof | undefined
  for (const attachment of found) {
    try {
      const verified = verifySignature(
        await readAttachment(context, version, attachment),
        version.manifest.files,
        known,
      )
      const { key, ignored } = verified
      const left = ignored.length > 0 ? ` Left out by the signer: ${ignored.slice(0, 5).join(', ')}.` : ''
      return {
        verified,
        proof: {
          ...describe('signature', attachment),
          state: 'verified',
          reason: `Signed with ${key.name} (${key.id.slice(0, 12)}…), which is ${key.kind === 'own' ? 'a key of this tenant' : 'trusted'}.${left}`,
          key: { id: key.id, name: key.name, kind: key.kind },
        },
      }
    } catch (error) {
      refused ??= { ...describe('signature', attachment), state: 'refused', reason: reasonOf(error) }
    }
  }
  return { verified: undefined, proof: refused ?? missing('signature') }
}

async function proveAttached(
  context: PackagingContext,
  version: ModelVersion,
  attachments: readonly ModelAttachment[],
  signature: VerifiedSignature | undefined,
  proof: 'bom' | 'card',
  check: (text: string) => boolean,
): Promise<Proof> {
  const kind = attachmentKinds[proof]
  const attachment = attachments.find(one => one.kind === kind)
  if (!attachment) return missing(proof)
  const described = describe(proof, attachment)
  const covered = signature?.statement.attachments?.filter(one => one.kind === kind)
  const isSigned = covered?.some(({ sha256 }) => sha256 === attachment.sha256) ?? false
  try {
    const namesVersion = check(await readAttachment(context, version, attachment))
    if (covered && covered.length > 0 && !isSigned)
      throw new Failure(
        'checks_failed',
        `Its ${nameOf(proof)} is not the one that was signed. Sign the version again, if it is right.`,
      )
    if (!namesVersion && !isSigned)
      throw new Failure(
        'checks_failed',
        `Its ${nameOf(proof)} does not say which model it is of, and no signature does. Write it here, or sign the version.`,
      )
    return {
      ...described,
      state: 'verified',
      isSigned,
      reason: isSigned
        ? `Its ${nameOf(proof)} is of these files, and signed with them.`
        : `Its ${nameOf(proof)} is of these files; no signature covers it.`,
    }
  } catch (error) {
    return { ...described, state: 'refused', isSigned, reason: reasonOf(error) }
  }
}

async function readAttachment(
  { registry }: PackagingContext,
  version: ModelVersion,
  attachment: ModelAttachment,
): Promise<string> {
  return await new Response(await registry.readAttachment(version, attachment)).text()
}

const names = { signature: 'signature', bom: 'bill of materials', card: 'card' } as const
const makers = { signature: 'sign', bom: 'bom', card: 'card' } as const

function nameOf(proof: ProofKind): string {
  return names[proof]
}

function missing(proof: ProofKind): Proof {
  return {
    proof,
    state: 'missing',
    reason: `It has no ${names[proof]}. Make it with \`slipway model ${makers[proof]}\`.`,
    by: undefined,
    at: undefined,
    attachment: undefined,
    key: undefined,
    isSigned: undefined,
  }
}

function describe(proof: ProofKind, attachment: ModelAttachment): Omit<Proof, 'state' | 'reason'> {
  return {
    proof,
    by: attachment.author,
    at: attachment.createdAt,
    attachment: { id: attachment.id, sha256: attachment.sha256 },
    key: undefined,
    isSigned: undefined,
  }
}

/** What we have refused, or what has become of the object. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message
  throw error
}
