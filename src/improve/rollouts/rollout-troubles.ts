import type { Database } from '../../foundation/platform/index.ts'
import { type Finding, fingerprintOf, type TroubleSource } from '../../observe/alerts/index.ts'
import type { Rollout } from './rollout.ts'
import { listLatestRollouts } from './rollout-store.ts'

/** How long somebody is told of a rollback that nothing has followed. */
const toldMs = 3_600_000

/** What of the newest rollout of each service somebody should know: that it was taken back, undecided at its deadline, or its promotion refused. */
export function createRolloutTroubles(database: Database, services: () => readonly string[]): TroubleSource {
  return {
    source: 'rollout',
    read: async nowMs => {
      const found = await listLatestRollouts(database)
      return { findings: found.flatMap(rollout => findingOf(rollout, nowMs) ?? []), declared: services() }
    },
  }
}

function findingOf(rollout: Rollout, nowMs: number): Finding | undefined {
  const what = troubleOf(rollout, nowMs)
  if (what === undefined) return undefined
  const { id, service, baseline, candidates, state, step, reason } = rollout
  const severity = 'ticket'
  return {
    fingerprint: fingerprintOf('rollout', service, { rollout: id, state }),
    source: 'rollout',
    name: service,
    labels: { service, rollout: id, state, severity },
    severity,
    summary: `${service}: the rollout of ${candidates.join(', ')} ${what}. ${reason}`,
    value: step + 1,
    threshold: 0,
    forMs: 0,
    keepFiringMs: 0,
    runbook: undefined,
    evidence: { rollout: id, baseline, candidates, state, step },
  }
}

function troubleOf({ state, endedAt, pausedAt, deadlineAt }: Rollout, nowMs: number): string | undefined {
  if (state === 'blocked') return 'has passed its steps, and its promotion was refused'
  if (state === 'paused')
    return pausedAt && pausedAt >= deadlineAt ? 'is undecided at its deadline' : undefined
  if (!endedAt || nowMs - endedAt.getTime() > toldMs) return undefined
  if (state === 'rolled-back') return 'was taken back'
  return state === 'concluded' && endedAt >= deadlineAt ? 'is undecided at its deadline' : undefined
}
