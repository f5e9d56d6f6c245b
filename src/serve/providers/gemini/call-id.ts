import { randomUUID } from 'node:crypto'

const prefix = 'call_minted_'

/** An id for a call that Gemini gave none; 36 characters, as other APIs allow no more than 40. */
export function mintId(): string {
  return prefix + randomUUID().replaceAll('-', '').slice(0, 24)
}

export function isMintedId(id: string): boolean {
  return id.startsWith(prefix)
}
