import { signWebhook } from '../../../foundation/platform/index.ts'
import { alertToJson, type Message } from './message.ts'
import { postJson } from './post.ts'

/** Signed where the channel has a secret. */
export async function sendWebhook(
  message: Message,
  options: {
    readonly url: string
    readonly secret: string | undefined
    readonly allowPrivate: boolean
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { url, secret, allowPrivate, signal } = options
  const body = JSON.stringify({
    type: `alert.${message.kind}`,
    timestamp: message.at.toISOString(),
    data: {
      group: message.groupKey,
      alerts: message.alerts.map(alert => alertToJson(alert, message)),
    },
  })
  const { id } = message
  const timestampSeconds = Math.floor(message.at.getTime() / 1_000)
  const headers =
    secret === undefined
      ? { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds) }
      : signWebhook(secret, { id, timestampSeconds, body })
  await postJson(url, body, { headers, allowPrivate, signal })
}
