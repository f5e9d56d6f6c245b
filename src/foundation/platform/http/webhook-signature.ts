import { createHmac } from 'node:crypto'

/**
 * The headers by which a receiver knows that it was us (Standard Webhooks 1.0: `id.timestamp.body` under HMAC-SHA-256).
 * A secret that begins with `whsec_` is base64 behind it; any other is taken as it is.
 */
export function signWebhook(
  secret: string,
  message: { readonly id: string; readonly timestampSeconds: number; readonly body: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const { id, timestampSeconds, body } = message
  const signature = createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
  }
}
