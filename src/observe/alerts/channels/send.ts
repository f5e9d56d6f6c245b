import type { ChannelConfig, ConfigSnapshot } from '../../../foundation/config/index.ts'
import { sendEmail } from './email.ts'
import { type Message, SendProblem } from './message.ts'
import { sendPagerDuty } from './pagerduty.ts'
import { sendSlack } from './slack.ts'
import { sendWebhook } from './webhook.ts'

/** Sends a message through a channel of the configuration; throws a `SendProblem` where it does not get through. */
export async function sendThrough(
  name: string,
  message: Message,
  snapshot: ConfigSnapshot,
  signal: AbortSignal,
): Promise<void> {
  const channel: ChannelConfig | undefined = snapshot.config.alerts.channels[name]
  if (!channel) throw new SendProblem(`There is no channel ${name} any more.`, { isRetryable: false })
  const secret = (field: string): string | undefined => snapshot.secret(`alerts.channels.${name}.${field}`)
  const { allowPrivate } = channel
  switch (channel.kind) {
    case 'webhook': {
      const url = typeof channel.url === 'string' ? channel.url : address(secret('url'))
      return await sendWebhook(message, { url, secret: secret('secret'), allowPrivate, signal })
    }
    case 'slack':
      return await sendSlack(message, { url: address(secret('url')), allowPrivate, signal })
    case 'pagerduty': {
      const routingKey = secret('routingKey') ?? ''
      return await sendPagerDuty(message, { url: channel.url, routingKey, allowPrivate, signal })
    }
    case 'email':
      return await sendEmail(message, { ...channel, user: channel.user, password: secret('password') })
  }
}

function address(text: string | undefined): string {
  if (text !== undefined && URL.canParse(text) && /^https?:/.test(text)) return text
  throw new SendProblem('Its address, which is kept as a secret, is no address of a web server.', {
    isRetryable: false,
  })
}
