import { type AlertsConfig, secondsOf } from '../../foundation/config/index.ts'
import { type Alert, graverThan } from './alert.ts'
import { type Labels, matchesAll } from './labels.ts'
import type { NewNotification, NotificationKind } from './notification-store.ts'
import type { Silence } from './silence-store.ts'

/** Why an alert is not sent: a silence, or a graver alert of the same trouble that is sent. */
export function mutedBy(
  alert: Alert,
  open: readonly Alert[],
  silences: readonly Silence[],
): { readonly kind: 'silence' | 'alert'; readonly id: string } | undefined {
  // that it is over is told whoever heard of it, or their incident stays open
  if (alert.state === 'pending' || alert.state === 'resolved') return undefined
  const silence = silences.find(({ matchers }) => matchesAll(silenceLabels(alert), matchers))
  if (silence) return { kind: 'silence', id: silence.id }
  const graver = open.find(
    other =>
      other.id !== alert.id &&
      other.state !== 'pending' &&
      other.state !== 'resolved' &&
      other.source === alert.source &&
      other.name === alert.name &&
      graverThan(other.severity, alert.severity) &&
      isSameTrouble(other.labels, alert.labels),
  )
  return graver && { kind: 'alert', id: graver.id }
}

function isSameTrouble(left: Labels, right: Labels): boolean {
  return Object.entries(left).every(([name, value]) => name === 'severity' || right[name] === value)
}

/** What silences and routes can go by. */
export function silenceLabels(alert: Pick<Alert, 'labels' | 'name' | 'source' | 'severity'>): Labels {
  return { ...alert.labels, name: alert.name, source: alert.source, severity: alert.severity }
}

interface Way {
  readonly channels: readonly string[]
  readonly repeatMs: number
}

const usualRepeatMs = 4 * 3_600_000

function waysOf(alert: Alert, config: AlertsConfig): Way[] {
  if (config.routes.length === 0) return [{ channels: Object.keys(config.channels), repeatMs: usualRepeatMs }]
  return config.routes
    .filter(
      ({ severities, where }) =>
        (severities === undefined || severities.includes(alert.severity)) &&
        matchesAll(silenceLabels(alert), where ?? {}),
    )
    .map(({ channels, repeatEvery }) => ({ channels, repeatMs: secondsOf(repeatEvery) * 1_000 }))
}

/** What is to be sent of an alert now, where it is not muted, and to whom. */
export function planSending(alert: Alert, config: AlertsConfig, nowMs: number): NewNotification[] {
  const { sentAt, firedAt, state } = alert
  const createdAt = new Date(nowMs)
  const waitMs = secondsOf(config.groupWait) * 1_000
  const to = (channels: Iterable<string>, kind: NotificationKind, dueMs: number): NewNotification[] =>
    [...new Set(channels)].map(channel => ({
      channel,
      kind,
      groupKey: groupKeyOf(alert, config.groupBy),
      alertIds: [alert.id],
      createdAt,
      dueAt: new Date(dueMs),
    }))
  const ways = waysOf(alert, config)
  const everyone = ways.flatMap(({ channels }) => channels)
  // who never heard of it need not hear that it is over
  if (state === 'resolved') return sentAt === undefined ? [] : to(everyone, 'resolved', nowMs + waitMs)
  if (state !== 'firing' || firedAt === undefined) return []
  if (sentAt === undefined) return to(everyone, 'firing', nowMs + waitMs)
  const turns = (atMs: number, repeatMs: number): number => Math.floor((atMs - firedAt.getTime()) / repeatMs)
  const again = ways
    .filter(({ repeatMs }) => turns(nowMs, repeatMs) > turns(sentAt.getTime(), repeatMs))
    .flatMap(({ channels }) => channels)
  return to(again, 'reminder', nowMs)
}

function groupKeyOf(alert: Alert, groupBy: readonly string[]): string {
  const labels = silenceLabels(alert)
  return [alert.severity, ...groupBy.map(name => `${name}=${labels[name] ?? ''}`)].join(' ')
}
