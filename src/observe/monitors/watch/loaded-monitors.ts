import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import { createId, type Database } from '../../../foundation/platform/index.ts'
import { endAlarms, listOpenAlarms } from '../alarm-store.ts'
import type { MonitorMetrics } from '../monitor-metrics.ts'
import {
  ensureMonitors,
  readMonitors,
  readReferences,
  readVersions,
  type StoredMonitor,
  type StoredReference,
} from '../state-store.ts'
import { type DeclaredMonitor, declaredMonitors } from './declared-monitor.ts'
import { createMonitorRun, type MonitorRun } from './monitor-run.ts'

/** A monitor with its detectors in memory. */
export interface LoadedMonitor {
  readonly declared: DeclaredMonitor
  readonly references: readonly StoredReference[]
  readonly run: MonitorRun
  stored: StoredMonitor
}

/** What is in memory of monitors is what is written, or is read again. */
export interface LoadedMonitors {
  /** Whether something was read. */
  load(nowMs: number): Promise<boolean>
  /** What is in memory is not what is written. */
  forget(): void
  all(): readonly LoadedMonitor[]
}

export function createLoadedMonitors(
  database: Database,
  snapshot: () => ConfigSnapshot,
  metrics: Pick<MonitorMetrics, 'reset'>,
): LoadedMonitors {
  let loaded: readonly LoadedMonitor[] = []
  let loadedFor: ConfigSnapshot | undefined

  async function endUndeclared({ config }: ConfigSnapshot, nowMs: number): Promise<void> {
    const gone = (await listOpenAlarms(database)).filter(
      ({ monitor, stream }) => config.monitors[monitor]?.streams[stream] === undefined,
    )
    await endAlarms(
      database,
      gone.map(({ id }) => id),
      'undeclared',
      new Date(nowMs),
    )
  }

  return {
    load: async nowMs => {
      const current = snapshot()
      if (loadedFor === current) {
        const versions = await readVersions(database)
        if (loaded.every(({ declared, stored }) => versions.get(declared.name) === stored.version))
          return false
      } else await endUndeclared(current, nowMs)
      const all = declaredMonitors(current)
      const names = all.map(({ name }) => name)
      await ensureMonitors(database, names)
      const [states, references] = [
        await readMonitors(database, names),
        await readReferences(database, names),
      ]
      metrics.reset()
      loaded = all.flatMap((declared): LoadedMonitor[] => {
        const stored = states.get(declared.name)
        if (!stored) return []
        const own = references.get(declared.name) ?? []
        const run = createMonitorRun(declared, own, stored.state, createId)
        return [{ declared, references: own, run, stored }]
      })
      loadedFor = current
      return true
    },
    forget: () => {
      loadedFor = undefined
    },
    all: () => loaded,
  }
}
