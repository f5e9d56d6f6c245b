import { createId, type Logger, type Queryable } from '../../../foundation/platform/index.ts'
import { countWaitingEvents, lockWaitingEvent, putEventOff, setEventTold } from '../events/event-store.ts'
import type { PipelineParts } from '../ports.ts'
import type { PipelineMetrics } from '../runs/pipeline-metrics.ts'
import { nextTick } from './cron.ts'
import type { TriggerDecision } from './decision-store.ts'
import type { TriggerDesk } from './trigger-desk.ts'
import { lockDue, lockListening, setNextTick, triggerKey, type TriggerState } from './trigger-store.ts'

export interface TriggerWorker {
  start(): void
  stop(): Promise<void>
}

const lookMs = 1_000
const mostAtOnce = 100
const longestPutOffMs = 5 * 60_000
const countEvery = 15

const pauseAfter = (failures: number): number => Math.min(longestPutOffMs, 1_000 * 2 ** failures)

/**
 * Tells pipelines of events, of times and of what was held. Each is one transaction: what is decided, the run that begins
 * and that it was told are committed together or not at all.
 */
export function createTriggerWorker(
  options: Pick<PipelineParts, 'database'> & {
    readonly logger: Logger
    readonly desk: TriggerDesk
    readonly metrics: Pick<PipelineMetrics, 'decided' | 'eventTold' | 'eventsWaiting'>
    readonly wake: () => void
    readonly now?: () => number
  },
): TriggerWorker {
  const { database, desk, logger, metrics, now = Date.now } = options
  let timer: ReturnType<typeof setInterval> | undefined
  let looking: Promise<void> | undefined
  let looks = 0
  /** What broke lately: it must not keep the others back. */
  const putOff = new Map<string, { readonly failures: number; readonly untilMs: number }>()

  function look(): void {
    looking ??= work()
      .catch((error: unknown) => logger.warn({ err: error }, 'Triggers of pipelines could not be looked at.'))
      .finally(() => {
        looking = undefined
      })
  }

  async function work(): Promise<void> {
    if (looks % countEvery === 0) metrics.eventsWaiting(await countWaitingEvents(database))
    looks += 1
    for (let count = 0; count < mostAtOnce && (await tellNext()); count += 1);
    for (let count = 0; count < mostAtOnce && (await beginDue()); count += 1);
  }

  function tellOf(decisions: readonly TriggerDecision[]): void {
    for (const decision of decisions) metrics.decided(decision.outcome, decision.reason)
    if (decisions.some(({ outcome }) => outcome === 'began')) options.wake()
  }

  /** Tells of the oldest event that waits; false where none does. */
  async function tellNext(): Promise<boolean> {
    let found: { readonly id: string; readonly name: string; readonly failures: number } | undefined
    try {
      const decisions = await database.transaction(async transaction => {
        const at = new Date(now())
        const event = await lockWaitingEvent(transaction, at)
        if (!event) return undefined
        found = event
        const { id, name, facts } = event
        const made: TriggerDecision[] = []
        for (const state of await lockListening(transaction, event)) {
          const decision = await desk.consider(transaction, state, { id, name, facts, at: event.at }, at)
          if (decision) made.push(decision)
        }
        await setEventTold(transaction, id, at)
        return made
      })
      if (!decisions) return false
      if (found) metrics.eventTold(found.name)
      tellOf(decisions)
      return true
    } catch (error) {
      if (!found) throw error
      // one that breaks must not keep the others back
      logger.warn({ err: error, event: found.name, id: found.id }, 'Pipelines could not be told of an event.')
      await putEventOff(database, found.id, new Date(now() + pauseAfter(found.failures + 1)))
      return true
    }
  }

  async function beginDue(): Promise<boolean> {
    const atMs = now()
    for (const [key, { untilMs }] of putOff) if (untilMs + longestPutOffMs < atMs) putOff.delete(key)
    const except = [...putOff].filter(([, { untilMs }]) => untilMs > atMs).map(([key]) => key)
    let found: TriggerState | undefined
    try {
      const decisions = await database.transaction(async transaction => {
        const at = new Date(atMs)
        found = await lockDue(transaction, at, except)
        if (!found) return undefined
        const { clock } = found
        const decision =
          clock && clock.nextAt <= at
            ? await tick(transaction, found, clock, at)
            : await desk.reconsider(transaction, found, at)
        return decision ? [decision] : []
      })
      if (!decisions) return false
      tellOf(decisions)
      return true
    } catch (error) {
      if (!found) throw error
      const key = triggerKey(found)
      const failures = (putOff.get(key)?.failures ?? 0) + 1
      putOff.set(key, { failures, untilMs: atMs + pauseAfter(failures) })
      logger.warn({ err: error, trigger: key }, 'A pipeline was due and could not be begun.')
      return true
    }
  }

  /** A time that passed while no server ran begins one run, not all that were missed. */
  async function tick(
    transaction: Queryable,
    due: TriggerState,
    { cron, timezone, nextAt }: NonNullable<TriggerState['clock']>,
    at: Date,
  ): Promise<TriggerDecision | undefined> {
    await setNextTick(transaction, due, nextTick(cron, timezone, at))
    const facts = { due_at: nextAt.toISOString() }
    return await desk.consider(transaction, due, { id: createId(), name: 'cron', at: nextAt, facts }, at)
  }

  return {
    start() {
      timer = setInterval(look, lookMs)
      look()
    },
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
