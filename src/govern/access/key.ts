import { hash, randomBytes } from 'node:crypto'
import type { Role } from './principal.ts'

/** A key without its secret, which only its holder knows. */
export interface Key {
  readonly id: string
  readonly name: string
  /** The first characters of the secret, to tell keys apart. */
  readonly prefix: string
  readonly role: Role
  /** `undefined` means the whole installation. */
  readonly tenant: string | undefined
  /** The services it may use; `undefined` means all that its tenant may. */
  readonly services: readonly string[] | undefined
  readonly createdAt: Date
  /** The name of the key that made it. */
  readonly createdBy: string
  readonly expiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  /** Written some seconds late, and not at all when the process is killed in between. */
  readonly lastUsedAt: Date | undefined
  /** The key of the first start. */
  readonly isBootstrap: boolean
}

const keyMark = 'sk-slip-'
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const secretBytes = 32
/** 62^43 > 2^256: every secret has the same length. */
const secretDigits = 43

/** `sk-slip-` and 43 base62 digits that hold 32 random bytes. */
export function generateSecret(): string {
  let rest = BigInt(`0x${randomBytes(secretBytes).toString('hex')}`)
  let digits = ''
  for (let place = 0; place < secretDigits; place += 1) {
    digits = alphabet.charAt(Number(rest % 62n)) + digits
    rest /= 62n
  }
  return keyMark + digits
}

/**
 * What is stored instead of the secret: SHA-256 in hex. A slow hash would defend guessable secrets; these have 256
 * bits, and the request path hashes once per call.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** Enough to tell keys apart, too little to guess one. */
export function visiblePrefix(secret: string): string {
  return secret.startsWith(keyMark) ? secret.slice(0, keyMark.length + 4) : secret.slice(0, 4)
}
