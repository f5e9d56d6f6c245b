import type { Key } from '../../api/types.ts'

export type KeyState = 'active' | 'expired' | 'revoked'

export function keyState(key: Pick<Key, 'revoked_at' | 'expires_at'>, nowMs: number): KeyState {
  if (key.revoked_at !== null) return 'revoked'
  return key.expires_at !== null && Date.parse(key.expires_at) <= nowMs ? 'expired' : 'active'
}
