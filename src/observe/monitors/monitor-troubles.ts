import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import { type Finding, fingerprintOf, type TroubleSource } from '../alerts/index.ts'
import { listOpenAlarms } from './alarm-store.ts'

/** Alarms that are not over, as alerts; what is muted of them, and who is told, is up to those. */
export function createMonitorTroubles(
  queryable: Queryable,
  snapshot: () => Pick<ConfigSnapshot, 'config'>,
): TroubleSource {
  return {
    source: 'monitor',
    read: async () => {
      const { monitors } = snapshot().config
      const alarms = await listOpenAlarms(queryable)
      const findings = alarms.flatMap((alarm): Finding[] => {
        const config = monitors[alarm.monitor]
        if (!config) return []
        const { severity, runbook, service } = config
        const { monitor, stream, detector } = alarm
        const labels = { service, monitor, stream, detector, severity }
        return [
          {
            fingerprint: fingerprintOf('monitor', monitor, { stream, detector }),
            source: 'monitor',
            name: monitor,
            labels,
            severity,
            summary: alarm.summary,
            value: numberOf(alarm.evidence['mean']),
            threshold: numberOf(alarm.evidence['reference_mean']),
            forMs: 0,
            keepFiringMs: 0,
            evidence: {
              ...alarm.evidence,
              alarm: alarm.id,
              since: alarm.sinceAt.toISOString(),
              raises: alarm.raises,
            },
            runbook,
          },
        ]
      })
      return { findings, declared: Object.keys(monitors) }
    },
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
