import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../foundation/platform/index.ts'

/**
 * What wraps data keys, and is itself never stored beside them: a file or a variable here, a key-management service
 * elsewhere.
 */
export interface MasterKey {
  /** Names it without telling anything of it. */
  readonly id: string
  /** `binding` has to be the same when it is unwrapped. */
  wrap(dataKey: Buffer, binding: string): Promise<Buffer>
  /** Throws where it was wrapped by another, is damaged, or was bound to something else. */
  unwrap(wrapped: Buffer, binding: string): Promise<Buffer>
}

const keyBytes = 32
const fileName = 'master.key'

/**
 * The master keys of this installation, the one that wraps first. `given` is SLIPWAY_MASTER_KEY: one or more of 32 bytes in
 * base64, with commas between; those after the first only unwrap what they have wrapped before. Without it, one is made
 * and kept in `<dataDirectory>/master.key`.
 */
export async function openMasterKeys(options: {
  readonly given: string | undefined
  readonly dataDirectory: string
}): Promise<readonly [MasterKey, ...MasterKey[]]> {
  const { given, dataDirectory } = options
  const file = path.join(dataDirectory, fileName)
  const text = given ?? (await readOrMake(file))
  const place = given === undefined ? file : 'SLIPWAY_MASTER_KEY'
  const [first = '', ...others] = text.split(',').map(part => part.trim())
  const open = (part: string) => localMasterKey(readKey(part, place))
  return [open(first), ...others.filter(part => part !== '').map(open)]
}

/** A master key whose bytes this process holds. AES-256-GCM, a random nonce each time. */
export function localMasterKey(key: Buffer): MasterKey {
  const id = createHmac('sha256', key).update('slipway master key').digest('hex').slice(0, 12)
  return {
    id,
    wrap: async (dataKey, binding) => encrypt(key, dataKey, binding),
    unwrap: async (wrapped, binding) => decrypt(key, wrapped, binding),
  }
}

const nonceBytes = 12
const tagBytes = 16

/** Nonce, ciphertext and tag, one after the other. */
export function encrypt(key: Buffer, plain: Buffer, binding: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(binding))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws where anything of it, or of its binding, is not what it was. */
export function decrypt(key: Buffer, sealed: Buffer, binding: string): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new RangeError('What was sealed is cut off.')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
  decipher.setAAD(Buffer.from(binding))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
}

function readKey(text: string, place: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length === keyBytes) return key
  throw new Failure(
    'invalid_environment',
    `${place} must hold ${keyBytes} bytes in base64, as \`openssl rand -base64 ${keyBytes}\` prints them; this one has ${key.length}.`,
  )
}

/**
 * Every process of a server may come here at once: who puts the file in its place first has made it for all. It is written
 * beside it and linked whole, so that nobody reads half of one, and a process that dies leaves none.
 */
async function readOrMake(file: string): Promise<string> {
  const kept = await readFileOf(file)
  if (kept !== undefined) return kept
  await mkdir(path.dirname(file), { recursive: true })
  const key = randomBytes(keyBytes).toString('base64')
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, `${key}\n`, { flag: 'wx', mode: 0o600, flush: true })
    await link(draft, file)
    return key
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw unreadable(file, error)
    return (await readFileOf(file)) ?? key
  } finally {
    await rm(draft, { force: true })
  }
}

async function readFileOf(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim()
    await chmod(file, 0o600)
    return text
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw unreadable(file, error)
  }
}

function unreadable(file: string, cause: unknown): Failure {
  const message = `The master key ${file} cannot be read or made. Make it readable by the user that runs Slipway, or set SLIPWAY_MASTER_KEY.`
  return new Failure('invalid_environment', message, { cause })
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
