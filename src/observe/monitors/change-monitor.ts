import { type Database, Failure } from '../../foundation/platform/index.ts'
import type { Actor, Audit } from '../../govern/audit/index.ts'
import { type AlarmEnd, endAlarms } from './alarm-store.ts'
import { changeMonitor, dropReferences, lockMonitor, type StoredMonitor } from './state-store.ts'

export type MonitorChange =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** Begins the detectors anew against the reference that is there: of a stream, or of all. */
  | { readonly kind: 'reset'; readonly stream: string | undefined }
  /** Takes the reference anew: from the given time, or over the window of the configuration up to now; or that of one stream, as it is declared. */
  | {
      readonly kind: 'reference'
      readonly from: Date | undefined
      readonly until: Date | undefined
      readonly stream: string | undefined
    }

/** What a person does to a monitor; whoever moves it reads it again. */
export async function changeByPerson(
  {
    database,
    audit,
    actor,
    requestId,
    now,
  }: {
    readonly database: Database
    readonly audit: Pick<Audit, 'record'>
    readonly actor: Actor
    readonly requestId: string
    readonly now: Date
  },
  monitor: string,
  change: MonitorChange,
): Promise<void> {
  await database.transaction(async transaction => {
    const stored = await lockMonitor(transaction, monitor)
    if (!stored)
      throw new Failure('not_ready', `The monitor ${monitor} was declared a moment ago. Try again.`)
    const { next, ended, because } = apply(stored, change)
    if (change.kind === 'reference')
      await dropReferences(transaction, monitor, change.stream === undefined ? undefined : [change.stream])
    await endAlarms(transaction, ended, because, now)
    await changeMonitor(transaction, { ...next, changedBy: actor.name, changedAt: now })
    await audit.record(
      {
        actor,
        action: `monitor:${change.kind}`,
        subject: `monitor:${monitor}`,
        tenant: undefined,
        requestId,
        before: { is_paused: stored.isPaused },
        after: {
          is_paused: next.isPaused,
          ...((change.kind === 'reset' || change.kind === 'reference') && { stream: change.stream ?? null }),
          ...(change.kind === 'reference' && {
            from: change.from?.toISOString() ?? null,
            until: change.until?.toISOString() ?? null,
          }),
          ended_alarms: ended,
        },
      },
      transaction,
    )
  })
}

function apply(
  stored: StoredMonitor,
  change: MonitorChange,
): { readonly next: StoredMonitor; readonly ended: readonly string[]; readonly because: AlarmEnd } {
  if (change.kind === 'pause' || change.kind === 'resume')
    return { next: { ...stored, isPaused: change.kind === 'pause' }, ended: [], because: 'reset' }
  const { streams } = stored.state
  const isMeant = (name: string): boolean => change.stream === undefined || change.stream === name
  const ended = Object.entries(streams).flatMap(([name, { detectors }]) =>
    isMeant(name) ? Object.values(detectors).flatMap(({ alarm }) => (alarm ? [alarm.id] : [])) : [],
  )
  const state = { streams: Object.fromEntries(Object.entries(streams).filter(([name]) => !isMeant(name))) }
  return change.kind === 'reset'
    ? { next: { ...stored, state }, ended, because: 'reset' }
    : {
        next: {
          ...stored,
          state,
          // the window is one for all streams
          ...(change.stream === undefined && { referenceFrom: change.from, referenceUntil: change.until }),
        },
        ended,
        because: 'reference',
      }
}
