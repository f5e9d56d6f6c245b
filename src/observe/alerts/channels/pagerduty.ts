import type { Severity } from '../../../foundation/config/index.ts'
import { alertToJson, linkOf, type Message } from './message.ts'
import { postJson } from './post.ts'

const severities: Readonly<Record<Severity, string>> = { page: 'critical', ticket: 'warning', info: 'info' }

/** Events API v2: one event for each alert; the fingerprint keeps repetitions and the end with their incident. */
export async function sendPagerDuty(
  message: Message,
  options: {
    readonly url: string
    readonly routingKey: string
    readonly allowPrivate: boolean
    readonly signal: AbortSignal
  },
): Promise<void> {
  const events =
    message.kind === 'test' ? testEvents(message) : message.alerts.map(alert => eventOf(alert, message))
  for (const event of events) {
    const body = JSON.stringify({ ...event, routing_key: options.routingKey })
    await postJson(options.url, body, options)
  }
}

function eventOf(alert: Message['alerts'][number], message: Message) {
  const common = { dedup_key: alert.fingerprint, client: 'Slipway', client_url: linkOf(alert, message) }
  if (message.kind === 'resolved') return { ...common, event_action: 'resolve' }
  const { evidence, labels, value, threshold } = alertToJson(alert, message)
  return {
    ...common,
    event_action: 'trigger',
    payload: {
      summary: alert.summary.slice(0, 1_024),
      source: alert.labels['service'] ?? 'slipway',
      severity: severities[alert.severity],
      timestamp: (alert.firedAt ?? alert.startedAt).toISOString(),
      component: alert.name,
      group: message.groupKey,
      class: alert.source,
      custom_details: { labels, value, threshold, evidence },
    },
    links: [
      { href: linkOf(alert, message), text: 'Evidence' },
      ...(alert.runbook === undefined ? [] : [{ href: alert.runbook, text: 'Runbook' }]),
    ],
  }
}

/** Opened and closed at once, so that a test leaves nobody paged for long. */
function testEvents(message: Message) {
  const common = {
    dedup_key: `slipway-test-${message.id}`,
    client: 'Slipway',
    client_url: message.consoleUrl,
  }
  return [
    {
      ...common,
      event_action: 'trigger',
      payload: { summary: 'A test of Slipway: this channel works.', source: 'slipway', severity: 'info' },
    },
    { ...common, event_action: 'resolve' },
  ]
}
