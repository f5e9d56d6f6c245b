import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'

/** What registries and image layouts hold: https://github.com/opencontainers/image-spec */
export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const indexType = 'application/vnd.oci.image.index.v1+json'

export const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits; other hashes are not read')

export const descriptorSchema = z.looseObject({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().min(0),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})
export type Descriptor = z.output<typeof descriptorSchema>

const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(20_000),
  subject: descriptorSchema.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})
export type Manifest = z.output<typeof manifestSchema>

const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema),
})
export type Index = z.output<typeof indexSchema>

/** Nobody's list of files is longer. */
export const mostManifestBytes = 8 * 1024 * 1024

export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

export function hexOf(digest: string): string {
  return digest.slice('sha256:'.length)
}

/** Reads a manifest. Throws `checks_failed` where it is none, or a list of several. */
export function parseManifest(bytes: Uint8Array, from: string): Manifest {
  const json = parseJson(bytes, from)
  if (indexSchema.safeParse(json).success)
    throw refuse(`${from} is a list of several artifacts. Name one of them by its digest.`)
  const parsed = manifestSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`${from} is no OCI manifest: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`)
}

export function parseIndex(bytes: Uint8Array, from: string): Index {
  const parsed = indexSchema.safeParse(parseJson(bytes, from))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`${from} is no OCI index: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`)
}

function parseJson(bytes: Uint8Array, from: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw refuse(`${from} is no JSON.`, cause)
  }
}

function refuse(message: string, cause?: unknown): Failure {
  return new Failure('checks_failed', message, { cause })
}
