import { z } from 'zod'

export const attachmentShape = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  details: z.record(z.string(), z.unknown()),
})

const proofShape = z.object({
  state: z.enum(['verified', 'refused', 'missing']),
  reason: z.string(),
  by: z.string().nullable(),
  at: z.string().nullable(),
})

export const verificationShape = z.object({
  model: z.string(),
  version: z.number(),
  digest: z.string(),
  signature: proofShape,
  bom: proofShape,
  card: proofShape,
  files: z.object({
    state: z.enum(['verified', 'refused', 'not_read']),
    reason: z.string(),
    by: z.string().nullable(),
    at: z.string().nullable(),
  }),
})

export const signingKeyShape = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['own', 'trusted']),
  public_key: z.string(),
  state: z.enum(['signs', 'verifies', 'revoked']),
  created_at: z.string(),
  revoked_by: z.string().nullable(),
  reason: z.string().nullable(),
})

export const transferShape = z.object({
  id: z.string(),
  direction: z.enum(['push', 'pull']),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  model: z.string(),
  version: z.number().nullable(),
  registry: z.string(),
  repository: z.string(),
  reference: z.string(),
  digest: z.string().nullable(),
  done_bytes: z.number(),
  total_bytes: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type WireTransfer = z.output<typeof transferShape>
