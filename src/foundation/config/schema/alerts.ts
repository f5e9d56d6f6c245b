import { z } from 'zod'
import { duration } from './duration.ts'
import { metricQueryFields } from './metric-query.ts'
import { httpUrl, name, secret, section } from './parts.ts'

export const severities = ['page', 'ticket', 'info'] as const
export type Severity = (typeof severities)[number]

const severity = z
  .enum(severities)
  .describe('`page` wakes somebody, `ticket` waits for working hours, `info` only tells.')

export const rule = z
  .strictObject({
    ...metricQueryFields,
    above: z.number().optional().describe('True while the number is above this.'),
    below: z.number().optional().describe('True while the number is below this.'),
    for: duration(1, 7 * 86_400)
      .optional()
      .describe('How long it must be true before the alert fires; at once where left out.'),
    keepFiring: duration(1, 86_400)
      .default('2m')
      .describe(
        'How long it must have been false before the alert is resolved. Doubles with every return within six hours.',
      ),
    severity: severity.default('ticket'),
    summary: z.string().min(1).max(300).optional().describe('One line for whoever is called.'),
    runbook: httpUrl.optional().describe('What to do then.'),
    noData: z
      .enum(['ok', 'fire'])
      .default('ok')
      .describe('What it means that the metric says nothing: `ok`, or as bad as if it were true.'),
  })
  .refine(
    ({ above, below }) => (above === undefined) !== (below === undefined),
    'A rule has either `above` or `below`.',
  )
  .describe('A rule: a metric, what is taken of it, and where that is too much or too little.')

export type RuleConfig = z.output<typeof rule>

const network = {
  allowPrivate: z
    .boolean()
    .default(false)
    .describe(
      'Whether it may be an address of this machine or of a private network. Addresses of the link (169.254.0.0/16, where clouds tell machines their secrets) are never called.',
    ),
}

const webhook = z.strictObject({
  kind: z.literal('webhook').describe('Any HTTP server, told as JSON.'),
  url: z
    .union([httpUrl, secret])
    .describe('Where alerts are sent as JSON; a secret where the address is one.'),
  secret: secret
    .optional()
    .describe('Signs what is sent, as Standard Webhooks do: HMAC-SHA-256 in `webhook-signature`.'),
  ...network,
})
const slack = z.strictObject({
  kind: z.literal('slack').describe('A channel of Slack, or of what takes its webhooks.'),
  url: secret.describe('The address of an incoming webhook, which is a secret.'),
  ...network,
})
const pagerduty = z.strictObject({
  kind: z.literal('pagerduty').describe('PagerDuty, or what takes its events.'),
  routingKey: secret.describe('The integration key of the service (Events API v2).'),
  url: httpUrl.default('https://events.pagerduty.com/v2/enqueue').describe('Its Events API.'),
  ...network,
})
const email = z.strictObject({
  kind: z.literal('email').describe('E-mail over SMTP.'),
  host: z.string().min(1).describe('The mail server (SMTP).'),
  port: z.int().min(1).max(65_535).default(587).describe('587 by default.'),
  tls: z
    .enum(['always', 'upgrade', 'never'])
    .default('upgrade')
    .describe(
      '`always` speaks TLS from the first byte (port 465), `upgrade` demands STARTTLS, `never` is plain text.',
    ),
  user: z.string().min(1).optional().describe('Who signs in there.'),
  password: secret.optional().describe('With which password.'),
  from: z.email().describe('The sender.'),
  to: z.array(z.email()).min(1).max(50).describe('Who gets it.'),
  ...network,
})

export const channel = z
  .discriminatedUnion('kind', [webhook, slack, pagerduty, email])
  .describe('Where alerts are sent.')

export type ChannelConfig = z.output<typeof channel>

const label = z.string().min(1).max(100)

export const route = z
  .strictObject({
    channels: z.array(name).min(1).describe('Of `channels`.'),
    severities: z.array(severity).min(1).optional().describe('Only these; all of them where left out.'),
    where: z
      .record(label, z.string().max(200))
      .optional()
      .describe('Only alerts with these labels; `*` at the end of a value stands for anything.'),
    repeatEvery: duration(60, 7 * 86_400)
      .default('4h')
      .describe('How often it is said again while an alert fires and nobody has taken it.'),
  })
  .describe('Which alerts go where. An alert takes every route that fits.')

export type RouteConfig = z.output<typeof route>

/** The fields of a channel that name secrets. */
export const channelSecrets = ['url', 'secret', 'routingKey', 'password'] as const

export const alerts = z
  .strictObject({
    channels: section(channel, 'Where alerts are sent, by name.'),
    routes: z
      .array(route)
      .max(50)
      .nullish()
      .transform(routes => routes ?? [])
      .describe('Which alerts go to which channels. Without any, all of them go to every channel.'),
    rules: section(rule, 'Rules on metrics, by name.'),
    groupBy: z
      .array(label)
      .max(5)
      .default(['service'])
      .describe('Alerts that have the same of these labels, and the same severity, are sent together.'),
    groupWait: duration(1, 3_600).default('15s').describe('How long is waited for others of the group.'),
    publicUrl: httpUrl
      .optional()
      .describe(
        'Where people reach the console, for the links in what is sent; http://127.0.0.1:<port> by default.',
      ),
    keepDays: z.int().min(1).max(3_650).default(90).describe('Days that resolved alerts are kept.'),
  })
  .describe('Rules, and where alerts are sent.')

export type AlertsConfig = z.output<typeof alerts>
