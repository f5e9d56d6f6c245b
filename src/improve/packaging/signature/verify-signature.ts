import { Failure } from '../../../foundation/platform/index.ts'
import { isSignedBy, parseBundle } from './bundle.ts'
import type { SigningKey } from './signing-key.ts'
import { type ModelStatement, parseStatement, type SignedFile } from './statement.ts'

export interface VerifiedSignature {
  readonly key: SigningKey
  readonly statement: ModelStatement
  /** Files of the model that the signer has left out on purpose; never weights. */
  readonly ignored: readonly string[]
}

/** What can hold weights, or be run when a model is loaded: nobody leaves these out. */
const neverIgnored = /\.(gguf|safetensors|bin|pt|pth|ckpt|pkl|pickle|onnx|h5|npz|py)$/i

/**
 * Holds a bundle against the files of a model: every file is signed with this content, and every signed file is there. Keys are all
 * that the tenant knows, revoked ones among them. Throws `checks_failed` that names the key or the file.
 */
export function verifySignature(
  text: string,
  files: readonly SignedFile[],
  keys: readonly SigningKey[],
): VerifiedSignature {
  const { key, statement } = openSignature(text, keys)
  const signed = new Map(statement.files.map(({ path, sha256 }) => [path, sha256]))
  const ignored: string[] = []
  for (const { path, sha256 } of files) {
    const said = signed.get(path)
    signed.delete(path)
    if (said === sha256) continue
    if (said !== undefined)
      throw refuse(`${path} is not the file that ${key.name} has signed: its content is another.`)
    const isIgnored = statement.ignoredPaths.some(one => path === one || path.startsWith(`${one}/`))
    if (!isIgnored) throw refuse(`${path} is not among the files that ${key.name} has signed.`)
    if (neverIgnored.test(path))
      throw refuse(`${path} was left out of what ${key.name} has signed, and may hold weights or code.`)
    ignored.push(path)
  }
  const [missing] = signed.keys()
  if (missing !== undefined) throw refuse(`${missing}, which ${key.name} has signed, is not there.`)
  return { key, statement, ignored }
}

/** Who has signed what; the files themselves are not looked at. Throws `checks_failed`. */
export function openSignature(
  text: string,
  keys: readonly SigningKey[],
): { readonly key: SigningKey; readonly statement: ModelStatement } {
  const bundle = parseBundle(text)
  const { hint } = bundle
  const key =
    hint === undefined || hint === ''
      ? keys.find(one => one.revokedAt === undefined && isSignedBy(bundle, one.publicKey))
      : keys.find(({ id }) => id === hint)
  if (!key)
    throw new Failure(
      'checks_failed',
      hint === undefined || hint === ''
        ? 'The signature names no key, and is of none that is trusted here. Add the public key of its signer.'
        : `The key ${hint.slice(0, 12)}… that signed it is not known here. Add the public key of its signer, if you trust it.`,
      { details: { reason: 'unknown_key' } },
    )
  if (key.revokedAt !== undefined)
    throw refuse(
      `The key ${key.name} (${key.id.slice(0, 12)}…) that signed it was revoked${key.reason === undefined ? '' : ` (“${key.reason.slice(0, 200)}”)`}. Sign the version again with another.`,
    )
  if (!isSignedBy(bundle, key.publicKey))
    throw refuse(`The signature is not that of the key ${key.name}: it, or what was signed, was changed.`)
  return { key, statement: parseStatement(bundle.payload.toString('utf8')) }
}

function refuse(message: string): Failure {
  return new Failure('checks_failed', message)
}
