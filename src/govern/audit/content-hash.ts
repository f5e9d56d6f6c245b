import { hash } from 'node:crypto'
import { canonicalJson } from '../../foundation/platform/index.ts'

/** Names of members that hold secrets, without case, dashes and underscores. */
const secretNames = new Set([
  'secret',
  'hash',
  'keyhash',
  'password',
  'apikey',
  'accesskey',
  'privatekey',
  'authorization',
  'cookie',
  'token',
  'accesstoken',
  'refreshtoken',
])

/**
 * SHA-256 in hex of the canonical JSON of `value`, with the members that hold secrets removed at every depth: the
 * entry proves what the subject was, and lets nobody test guesses of a secret against it.
 */
export function contentHash(value: unknown): string {
  return hash('sha256', canonicalJson(withoutSecrets(value)), 'hex')
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secretNames.has(name.toLowerCase().replaceAll(/[-_]/g, '')))
      .map(([name, member]) => [name, withoutSecrets(member)]),
  )
}
