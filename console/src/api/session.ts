import { request } from './request.ts'

/** Exchanges a key for the session cookie; the key itself is kept nowhere. */
export async function signIn(key: string): Promise<void> {
  await request<void>('/api/session', { method: 'POST', body: { key } })
}

export async function signOut(): Promise<void> {
  await request<void>('/api/session', { method: 'DELETE' })
}
