import type { z } from 'zod'
import type { Queryable } from '../../../foundation/platform/index.ts'
import { isOpen, type Rollout } from '../rollout.ts'
import { listBursts } from '../burst-store.ts'
import { listRolloutSteps } from '../rollout-step-store.ts'
import { declareTraffic } from '../traffic/service-traffic.ts'
import { lastVerdicts } from '../verdicts/verdict-store.ts'
import { type rolloutDetailSchema, type rolloutSchema, toWireDetail, toWireRollout } from './rollout-wire.ts'

export type WireRollout = z.output<typeof rolloutSchema>
export type WireDetail = z.output<typeof rolloutDetailSchema>

/** Rollouts as they are shown, each with its last verdict. */
export async function readRollouts(database: Queryable, found: readonly Rollout[]): Promise<WireRollout[]> {
  const last = await lastVerdicts(
    database,
    found.map(({ id }) => id),
  )
  return found.map(one => toWireRollout(one, sharesOf(one), last.get(one.id)))
}

export async function readRollout(database: Queryable, rollout: Rollout): Promise<WireRollout> {
  const last = await lastVerdicts(database, [rollout.id])
  return toWireRollout(rollout, sharesOf(rollout), last.get(rollout.id))
}

/** One with all that happened. */
export async function readDetail(database: Queryable, rollout: Rollout): Promise<WireDetail> {
  const [wire, steps, bursts] = await Promise.all([
    readRollout(database, rollout),
    listRolloutSteps(database, rollout.id),
    listBursts(database, rollout.id),
  ])
  return toWireDetail(wire, rollout, steps, bursts)
}

/** What each release answers. */
function sharesOf(rollout: Rollout): Readonly<Record<string, number>> {
  if (!isOpen(rollout.state) && rollout.state !== 'promoted') return { [rollout.baseline]: 1 }
  const { live, rollout: split } = declareTraffic(rollout, { declared: '', configuration: 0 })
  if (!split || split.isShadow) return { [live]: 1 }
  const candidates = split.candidates.map(({ release, share }) => [release, share] as const)
  const rest = 1 - candidates.reduce((sum, [, share]) => sum + share, 0)
  return Object.fromEntries([[split.baseline, Number(rest.toFixed(6))], ...candidates])
}
