import { z } from 'zod'
import type { SigningKey } from '../signature/signing-key.ts'
import { type Transfer, transferStates } from '../transfer/transfer.ts'
import { type Proof, proofStates, type Verification } from '../verification/verification.ts'

const moment = z.iso.datetime()

export const signingKeySchema = z
  .object({
    id: z.string().describe('SHA-256 of the public key as PEM: what signatures name it by.'),
    tenant: z.string(),
    name: z.string(),
    kind: z.enum(['own', 'trusted']).describe('`own`: its private key is here, sealed, and never leaves.'),
    public_key: z.string().describe('PEM. Give it to whoever is to verify what was signed here.'),
    state: z.enum(['signs', 'verifies', 'revoked']),
    author: z.string(),
    created_at: moment,
    retired_at: moment.nullable(),
    revoked_at: moment.nullable(),
    revoked_by: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'SigningKey' })

export function toWireSigningKey(key: SigningKey): z.output<typeof signingKeySchema> {
  const signs = key.kind === 'own' && key.retiredAt === undefined
  return {
    id: key.id,
    tenant: key.tenant,
    name: key.name,
    kind: key.kind,
    public_key: key.publicKey,
    state: key.revokedAt !== undefined ? 'revoked' : signs ? 'signs' : 'verifies',
    author: key.author,
    created_at: key.createdAt.toISOString(),
    retired_at: key.retiredAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    revoked_by: key.revokedBy ?? null,
    reason: key.reason ?? null,
  }
}

const proofSchema = z
  .object({
    state: z.enum(proofStates),
    reason: z.string().describe('What was found, or what is wrong and how to mend it.'),
    by: z.string().nullable().describe('Who attached it.'),
    at: moment.nullable(),
    attachment: z.string().nullable().describe('Its id among the attachments of the version.'),
    sha256: z.string().nullable(),
    key: z
      .object({ id: z.string(), name: z.string(), kind: z.enum(['own', 'trusted']) })
      .nullable()
      .describe('Of a signature: the key that made it.'),
    is_signed: z.boolean().nullable().describe('Of the others: whether the signature covers it.'),
  })
  .meta({ id: 'ModelProof' })

export const verificationSchema = z
  .object({
    model: z.string(),
    version: z.int(),
    digest: z.string(),
    signature: proofSchema,
    bom: proofSchema,
    card: proofSchema,
    files: z
      .object({
        state: z.enum(['verified', 'refused', 'not_read']),
        reason: z.string(),
        by: z.string().nullable(),
        at: moment.nullable(),
      })
      .describe('When every stored file was last read and hashed, and what was found.'),
  })
  .meta({ id: 'ModelVerification' })

function toWireProof(proof: Proof): z.output<typeof proofSchema> {
  return {
    state: proof.state,
    reason: proof.reason,
    by: proof.by ?? null,
    at: proof.at?.toISOString() ?? null,
    attachment: proof.attachment?.id ?? null,
    sha256: proof.attachment?.sha256 ?? null,
    key: proof.key ?? null,
    is_signed: proof.isSigned ?? null,
  }
}

export function toWireVerification(
  version: { readonly model: string; readonly number: number; readonly digest: string },
  { signature, bom, card, files }: Verification,
): z.output<typeof verificationSchema> {
  return {
    model: version.model,
    version: version.number,
    digest: version.digest,
    signature: toWireProof(signature),
    bom: toWireProof(bom),
    card: toWireProof(card),
    files: {
      state: files === undefined ? 'not_read' : files.problem === undefined ? 'verified' : 'refused',
      reason:
        files === undefined
          ? 'They have not been read as a whole.'
          : (files.problem ?? 'Every file is what its hash says.'),
      by: files?.by ?? null,
      at: files?.at.toISOString() ?? null,
    },
  }
}

export const transferSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    direction: z.enum(['push', 'pull']),
    state: z.enum(transferStates),
    model: z.string(),
    version: z.int().nullable().describe('Of a pull once it has made one.'),
    registry: z.string(),
    repository: z.string(),
    reference: z.string().describe('A tag, or the digest of the manifest.'),
    allows_unverified: z.boolean(),
    digest: z.string().nullable().describe('Of the manifest, once it is there.'),
    done_bytes: z.int(),
    total_bytes: z.int().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    author: z.string(),
    created_at: moment,
    ended_at: moment.nullable(),
  })
  .meta({ id: 'ModelTransfer' })

export function toWireTransfer(transfer: Transfer): z.output<typeof transferSchema> {
  return {
    id: transfer.id,
    tenant: transfer.tenant,
    direction: transfer.direction,
    state: transfer.state,
    model: transfer.model,
    version: transfer.version ?? null,
    registry: transfer.registry,
    repository: transfer.repository,
    reference: transfer.reference,
    allows_unverified: transfer.allowsUnverified,
    digest: transfer.digest ?? null,
    done_bytes: transfer.doneBytes,
    total_bytes: transfer.totalBytes ?? null,
    error: transfer.error ?? null,
    author: transfer.author,
    created_at: transfer.createdAt.toISOString(),
    ended_at: transfer.endedAt?.toISOString() ?? null,
  }
}
