import { isDeepStrictEqual } from 'node:util'
import type { Database, Logger } from '../../../foundation/platform/index.ts'
import { endAlarmsOfStreams } from '../alarm-store.ts'
import type { ReferencePorts } from '../reference/reference-ports.ts'
import { dropReferences, putReference, putWaiting } from '../state-store.ts'
import type { LoadedMonitor } from './loaded-monitors.ts'
import type { TextPorts } from './read-features.ts'
import { takeReferences } from './take-references.ts'

/**
 * Takes the references of streams that have none, and anew those of an evaluation whose release does not serve any more. What a stream was held
 * against before ends with its alarms. Returns whether anything has changed.
 */
export async function learnReferences(
  context: {
    readonly database: Database
    readonly logger: Logger
    readonly ports: TextPorts & ReferencePorts
    readonly signal: AbortSignal
  },
  monitors: readonly LoadedMonitor[],
  nowMs: number,
): Promise<boolean> {
  let isChanged = false
  for (const one of monitors) {
    if (one.stored.isPaused) continue
    try {
      isChanged = (await learnOne(context, one, nowMs)) || isChanged
    } catch (error) {
      if (context.signal.aborted) return isChanged
      context.logger.warn(
        { err: error, monitor: one.declared.name },
        'The reference of a monitor could not be taken.',
      )
    }
  }
  return isChanged
}

async function learnOne(
  { database, logger, ports, signal }: Parameters<typeof learnReferences>[0],
  one: LoadedMonitor,
  nowMs: number,
): Promise<boolean> {
  const { declared, stored, run, references } = one
  const serving = ports.servingRelease(declared.config.service)
  const past = new Set(
    references
      .filter(
        ({ reference: { origin } }) => origin?.kind === 'evaluation' && origin.releaseHash !== serving?.hash,
      )
      .map(({ stream }) => stream),
  )
  const streams = declared.streams.filter(({ name }) => !run.watched.has(name) || past.has(name))
  if (streams.length === 0 && Object.keys(stored.waiting).length === 0) return false
  const { taken, waiting } = await takeReferences(database, ports, declared, {
    streams,
    stored,
    known: references.filter(({ stream }) => !past.has(stream)),
    nowMs,
    signal,
  })
  const ended = [...past, ...taken.map(({ stream }) => stream)]
  await database.transaction(async transaction => {
    if (past.size > 0) await dropReferences(transaction, declared.name, [...past])
    await endAlarmsOfStreams(transaction, declared.name, ended, 'reference', new Date(nowMs))
    for (const reference of taken) await putReference(transaction, declared.name, reference)
    if (!isDeepStrictEqual(waiting, stored.waiting)) await putWaiting(transaction, declared.name, waiting)
  })
  one.stored = { ...stored, waiting }
  for (const { stream, reference } of taken)
    logger.info({ monitor: declared.name, stream, rows: reference.rows }, 'A monitor has a reference.')
  return ended.length > 0
}
