import { createId, type Database, Failure } from '../../foundation/platform/index.ts'
import type { Actor, Audit } from '../../govern/audit/index.ts'
import type { Alert } from './alert.ts'
import { lockAlert, putAlerts, putEvents } from './alert-store.ts'
import type { Labels } from './labels.ts'
import { endSilence, insertSilence, type Silence } from './silence-store.ts'

interface Change {
  readonly database: Database
  readonly audit: Pick<Audit, 'record'>
  readonly actor: Actor
  readonly requestId: string
  readonly nowMs: number
}

/** Somebody has taken it: it is not said again, and stays until it is over. Twice is as good as once. */
export async function acknowledgeAlert(
  id: string,
  note: string | undefined,
  { database, audit, actor, requestId, nowMs }: Change,
): Promise<Alert> {
  return await database.transaction(async transaction => {
    const alert = await lockAlert(transaction, id)
    if (!alert) throw new Failure('not_found', `There is no alert ${id}.`)
    if (alert.state === 'acknowledged') return alert
    if (alert.state !== 'firing')
      throw new Failure('conflict', `The alert is ${alert.state}: only one that fires can be acknowledged.`)
    const at = new Date(nowMs)
    const next: Alert = { ...alert, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: actor.name }
    await putAlerts(transaction, [next])
    await putEvents(transaction, [{ alertId: id, at, kind: 'acknowledged', actor: actor.name, note }])
    await audit.record(
      {
        actor,
        action: 'alert:acknowledge',
        subject: `alert:${id}`,
        tenant: undefined,
        requestId,
        before: { state: alert.state },
        after: { state: next.state, note },
      },
      transaction,
    )
    return next
  })
}

const longestSilenceMs = 90 * 86_400_000

export async function createSilence(
  wanted: {
    readonly matchers: Labels
    readonly reason: string
    readonly startsAtMs: number
    readonly endsAtMs: number
  },
  { database, audit, actor, requestId, nowMs }: Change,
): Promise<Silence> {
  const { matchers, reason, startsAtMs, endsAtMs } = wanted
  if (endsAtMs <= Math.max(nowMs, startsAtMs) || endsAtMs - startsAtMs > longestSilenceMs)
    throw new Failure(
      'invalid_request',
      'A silence ends after it begins, in the future, and within 90 days.',
      {
        details: { parameter: 'ends_at' },
      },
    )
  const silence: Silence = {
    id: createId(),
    matchers,
    reason,
    createdBy: actor.name,
    createdAt: new Date(nowMs),
    startsAt: new Date(startsAtMs),
    endsAt: new Date(endsAtMs),
    endedBy: undefined,
  }
  await database.transaction(async transaction => {
    await insertSilence(transaction, silence)
    await audit.record(
      {
        actor,
        action: 'alert:silence',
        subject: `silence:${silence.id}`,
        tenant: undefined,
        requestId,
        after: { matchers, reason, ends_at: silence.endsAt.toISOString() },
      },
      transaction,
    )
  })
  return silence
}

export async function removeSilence(
  id: string,
  { database, audit, actor, requestId, nowMs }: Change,
): Promise<Silence> {
  return await database.transaction(async transaction => {
    const silence = await endSilence(transaction, id, actor.name, new Date(nowMs))
    if (!silence) throw new Failure('not_found', `There is no silence ${id} that still holds.`)
    await audit.record(
      {
        actor,
        action: 'alert:unsilence',
        subject: `silence:${id}`,
        tenant: undefined,
        requestId,
        before: { matchers: silence.matchers, reason: silence.reason },
      },
      transaction,
    )
    return silence
  })
}
