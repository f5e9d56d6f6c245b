import type { Alert } from '../alert.ts'
import type { Labels } from '../labels.ts'
import type { NotificationKind } from '../notification-store.ts'

/** What is said to a channel, in no channel's form yet. */
export interface Message {
  /** The same however often it is tried. */
  readonly id: string
  readonly kind: NotificationKind
  readonly groupKey: string
  readonly alerts: readonly Alert[]
  /** Of the console, without a slash at its end. */
  readonly consoleUrl: string
  readonly at: Date
}

/** Why something could not be sent, and whether trying again may help. */
export class SendProblem extends Error {
  override readonly name = 'SendProblem'
  readonly isRetryable: boolean
  readonly retryAfterSeconds: number | undefined

  constructor(
    message: string,
    options: {
      readonly isRetryable: boolean
      readonly retryAfterSeconds?: number | undefined
      readonly cause?: unknown
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.isRetryable = options.isRetryable
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

export function linkOf(alert: Alert, message: Message): string {
  return `${message.consoleUrl}/alerts/${alert.id}`
}

export function headlineOf({ kind, alerts }: Message): string {
  if (kind === 'test') return 'A test of Slipway: this channel works.'
  const [first] = alerts
  const state = kind === 'resolved' ? 'Resolved' : kind === 'reminder' ? 'Still firing' : 'Firing'
  if (!first) return state
  const others = alerts.length > 1 ? ` and ${alerts.length - 1} more` : ''
  return `${state} (${first.severity}): ${first.name}${others}`
}

/** Numbers and ids only, which is what evidence is made of. */
export function alertToJson(alert: Alert, message: Message) {
  return {
    id: alert.id,
    fingerprint: alert.fingerprint,
    source: alert.source,
    name: alert.name,
    labels: alert.labels satisfies Labels,
    severity: alert.severity,
    state: alert.state,
    summary: alert.summary,
    value: alert.value,
    threshold: alert.threshold,
    started_at: alert.startedAt.toISOString(),
    fired_at: alert.firedAt?.toISOString() ?? null,
    resolved_at: alert.resolvedAt?.toISOString() ?? null,
    evidence: alert.evidence,
    runbook: alert.runbook ?? null,
    url: linkOf(alert, message),
  }
}

export function textOf(message: Message): string {
  const lines = message.alerts.flatMap(alert => [
    alert.summary,
    linkOf(alert, message),
    ...(alert.runbook === undefined ? [] : [`Runbook: ${alert.runbook}`]),
    '',
  ])
  return [headlineOf(message), '', ...lines].join('\n').trimEnd()
}
