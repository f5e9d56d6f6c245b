import { setTimeout as sleep } from 'node:timers/promises'
import { Counter } from 'prom-client'
import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import type { Database, Logger, MetricsRegistry } from '../../foundation/platform/index.ts'
import { type AlertEvent, findAlerts, putEvents } from './alert-store.ts'
import { SendProblem } from './channels/message.ts'
import { sendThrough } from './channels/send.ts'
import { claimDue, type Notification, settleNotification } from './notification-store.ts'

export interface Deliverer {
  start(): void
  /** Sends what is due; how many were taken. */
  deliver(nowMs?: number): Promise<number>
  /** Looks at once instead of in a moment. */
  nudge(): void
  stop(): Promise<void>
}

const everyMs = 2_000
/** Longer than any channel may take. */
const claimMs = 60_000
const batch = 10
const mostAttempts = 12
const firstPauseMs = 5_000
const longestPauseMs = 15 * 60_000

/**
 * Sends what is written to be sent, from any replica. One that is killed while it sends leaves its claim behind, and another
 * sends again when that has ended: at least once, with the same id.
 */
export function createDeliverer(options: {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly snapshot: () => ConfigSnapshot
  readonly consoleUrl: () => string
  readonly now?: () => number
}): Deliverer {
  const { database, registry, snapshot, consoleUrl, now = Date.now } = options
  const logger = options.logger.child({ part: 'alerts' })
  const stopping = new AbortController()
  let loop: Promise<void> = Promise.resolve()
  let wake: (() => void) | undefined
  const counts = new Counter({
    name: 'slipway_notifications_total',
    help: 'Notifications by channel and what became of them: sent, tried again, given up.',
    labelNames: ['channel', 'result'],
    registers: [registry],
  })

  async function send(notification: Notification, nowMs: number): Promise<void> {
    const { id, channel, kind, alertIds, groupKey } = notification
    const alerts = await findAlerts(database, alertIds)
    const at = new Date(nowMs)
    const events = (what: 'sent' | 'not_sent', note: string): AlertEvent[] =>
      alerts.map(alert => ({ alertId: alert.id, at, kind: what, note }))
    try {
      const message = { id, kind, groupKey, alerts, consoleUrl: consoleUrl(), at: notification.createdAt }
      await sendThrough(channel, { ...message, at }, snapshot(), stopping.signal)
      await settleNotification(database, id, { state: 'sent', at })
      await putEvents(database, events('sent', `${kind} to ${channel}`))
      counts.inc({ channel, result: 'sent' })
    } catch (error) {
      if (!(error instanceof SendProblem)) throw error
      const isLast = !error.isRetryable || notification.attempts >= mostAttempts
      const pauseMs = pauseAfter(notification.attempts, error.retryAfterSeconds)
      await settleNotification(database, id, {
        state: isLast ? 'failed' : 'waiting',
        at: isLast ? at : new Date(nowMs + pauseMs),
        error: error.message,
      })
      if (isLast) await putEvents(database, events('not_sent', `${kind} to ${channel}: ${error.message}`))
      counts.inc({ channel, result: isLast ? 'failed' : 'retried' })
      logger.warn(
        { channel, notification: id, attempts: notification.attempts, reason: error.message },
        isLast ? 'A notification was given up.' : 'A notification did not get through; it is tried again.',
      )
    }
  }

  async function deliver(nowMs = now()): Promise<number> {
    const due = await claimDue(database, nowMs, claimMs, batch)
    await Promise.all(
      due.map(notification =>
        send(notification, nowMs).catch((error: unknown) =>
          logger.error({ err: error, notification: notification.id }, 'A notification could not be sent.'),
        ),
      ),
    )
    return due.length
  }

  async function run(): Promise<void> {
    const { signal } = stopping
    let isAway = false
    while (!signal.aborted) {
      try {
        if ((await deliver()) === batch) continue
        isAway = false
      } catch (error) {
        if (!isAway) logger.warn({ err: error }, 'Notifications cannot be read; they wait.')
        isAway = true
      }
      const woken = new Promise<void>(resolve => (wake = resolve))
      await Promise.race([woken, sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)])
    }
  }

  return {
    deliver,
    nudge: () => wake?.(),
    start: () => {
      loop = run()
    },
    stop: async () => {
      stopping.abort()
      wake?.()
      await loop
    },
  }
}

/** Doubles from five seconds to a quarter of an hour, with a tenth of chance in it; or what the server asked for. */
function pauseAfter(attempts: number, retryAfterSeconds: number | undefined): number {
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, attempts - 1))
  const askedMs = Math.min(3_600_000, (retryAfterSeconds ?? 0) * 1_000)
  return Math.max(askedMs, pauseMs * (0.9 + Math.random() * 0.2))
}
