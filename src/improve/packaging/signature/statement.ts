import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson, Failure } from '../../../foundation/platform/index.ts'
import { checkPath } from '../../registry/index.ts'

/**
 * What is signed: an in-toto Statement v1 over the files of a model, after OpenSSF Model Signing v1.0
 * (https://github.com/ossf/model-signing-spec). Its subject is the SHA-256 over the digests of all files, in their order.
 */
export const statementType = 'https://in-toto.io/Statement/v1'
export const predicateType = 'https://model_signing/signature/v1.0'

export interface SignedFile {
  readonly path: string
  /** In hex. */
  readonly sha256: string
}

/** A card or a bill of materials that the signature covers too. Verifiers of v1.0 pass over members that they do not know. */
export interface SignedAttachment {
  readonly kind: string
  readonly name: string
  readonly sha256: string
}

export interface ModelStatement {
  readonly name: string
  /** By path. */
  readonly files: readonly SignedFile[]
  /** `undefined` where the signature says nothing of attachments: it was made by another tool. */
  readonly attachments: readonly SignedAttachment[] | undefined
  /** Paths that the signer has left out, with all below them. */
  readonly ignoredPaths: readonly string[]
}

/** By code points, as the reference implementation sorts. */
export function comparePaths(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

export function writeStatement(model: Omit<ModelStatement, 'ignoredPaths'>): string {
  const files = model.files.toSorted((one, other) => comparePaths(one.path, other.path))
  return canonicalJson({
    _type: statementType,
    subject: [{ name: model.name, digest: { sha256: rootDigest(files) } }],
    predicateType,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [] },
      resources: files.map(({ path, sha256 }) => ({ name: path, algorithm: 'sha256', digest: sha256 })),
      attachments: model.attachments?.map(({ kind, name, sha256 }) => ({
        kind,
        name,
        algorithm: 'sha256',
        digest: sha256,
      })),
    },
  })
}

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
const resource = z.looseObject({ name: z.string(), algorithm: z.string(), digest: z.string() })
const statementShape = z.looseObject({
  _type: z.string(),
  subject: z.array(z.looseObject({ name: z.string().optional(), digest: z.looseObject({ sha256: hex }) })),
  predicateType: z.string(),
  predicate: z.looseObject({
    serialization: z.looseObject({
      method: z.string(),
      hash_type: z.string(),
      allow_symlinks: z.boolean().optional(),
      ignore_paths: z.array(z.string()).optional(),
    }),
    resources: z.array(resource).min(1).max(20_000),
    attachments: z.array(resource.extend({ kind: z.string() })).optional(),
  }),
})

/** Reads what was signed. Throws `checks_failed` that says what is not as it has to be; the signature over it is not looked at here. */
export function parseStatement(text: string): ModelStatement {
  const json = parseJson(text)
  const known = z.looseObject({ _type: z.unknown(), predicateType: z.unknown() }).safeParse(json)
  if (!known.success) throw refuse('What was signed is no in-toto statement.')
  if (known.data._type !== statementType)
    throw refuse(`What was signed is of the type ${quote(known.data._type)}, not ${statementType}.`)
  if (known.data.predicateType !== predicateType)
    throw refuse(
      `What was signed has the predicate ${quote(known.data.predicateType)}, not ${predicateType}: it is no signature of a model, or one from before version 1.0.`,
    )
  const parsed = statementShape.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(`What was signed is malformed: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`)
  }
  const { subject, predicate } = parsed.data
  const { serialization, resources } = predicate
  if (serialization.method !== 'files')
    throw refuse(
      `The model was signed by ${quote(serialization.method)}; only \`files\` is read. Sign its files.`,
    )
  if (serialization.hash_type !== 'sha256')
    throw refuse(`The files were hashed by ${quote(serialization.hash_type)}; only sha256 is read.`)
  const files = resources.map(({ name, algorithm, digest }) => {
    if (algorithm !== 'sha256' || !hex.safeParse(digest).success)
      throw refuse(`${quote(name)} has no SHA-256 in what was signed.`)
    return { path: readPath(name), sha256: digest }
  })
  for (const [index, { path }] of files.entries()) {
    const before = files[index - 1]?.path
    if (before === undefined) continue
    if (before === path) throw refuse(`${quote(path)} is in what was signed twice.`)
    if (comparePaths(before, path) > 0)
      throw refuse(`What was signed is not in order: ${quote(path)} comes after ${quote(before)}.`)
  }
  const [only] = subject
  if (!only || subject.length !== 1)
    throw refuse(`What was signed has ${subject.length} subjects; a model has one.`)
  const found = rootDigest(files)
  if (found !== only.digest.sha256)
    throw refuse(
      `What was signed contradicts itself: its subject is ${only.digest.sha256.slice(0, 12)}…, and its files give ${found.slice(0, 12)}….`,
    )
  return {
    name: only.name ?? '',
    files,
    attachments: predicate.attachments?.map(({ kind, name, digest }) => ({ kind, name, sha256: digest })),
    ignoredPaths: serialization.ignore_paths ?? [],
  }
}

function rootDigest(files: readonly SignedFile[]): string {
  const hash = createHash('sha256')
  for (const { sha256 } of files) hash.update(Buffer.from(sha256, 'hex'))
  return hash.digest('hex')
}

function readPath(name: string): string {
  try {
    return checkPath(name)
  } catch (cause) {
    throw refuse(`${quote(name)} in what was signed is no path of a file below the model.`, cause)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse('What was signed is no JSON.', cause)
  }
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 120)) : typeof value
}

function refuse(message: string, cause?: unknown): Failure {
  return new Failure('checks_failed', message, { cause })
}
