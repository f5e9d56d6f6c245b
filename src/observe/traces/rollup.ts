import { timeOfId } from '../../foundation/platform/index.ts'
import type { Inference } from './inference.ts'
import { Tally } from './tally.ts'

/**
 * The widths that are kept, in seconds: a minute, a quarter of an hour, six hours. An overview reads the widest
 * that fits its buckets, so that 30 days cost no more than one.
 */
export const rollupWidthsSeconds = [60, 900, 21_600] as const

/** Stands for all tenants together. Kept beside the tenants' own, so that their number costs an overview nothing. */
export const allTenants = ''

/** The tally of one tenant (or of all) and one service over one span of time. */
export interface Rollup {
  readonly bucketSeconds: number
  /** The start of the span, a multiple of its width since 1970. */
  readonly atMs: number
  readonly tenant: string
  readonly service: string
  readonly tally: Tally
}

/** Sorts a batch into rollups of every width, by the times of the ids, as the day partitions are. */
export function rollUp(inferences: readonly Inference[]): Rollup[] {
  const [narrowest] = rollupWidthsSeconds
  const own = new Map<string, Rollup>()
  for (const inference of inferences) {
    const timeMs = timeOfId(inference.id) ?? inference.startedAtMs
    const { tenant, service } = inference
    rollupAt(own, { bucketSeconds: narrowest, atMs: startOf(timeMs, narrowest), tenant, service }).tally.add(
      inference,
    )
  }
  // the wider ones, and those of all tenants, are sums of these
  const rollups = new Map<string, Rollup>()
  for (const { atMs, tenant, service, tally } of own.values()) {
    for (const bucketSeconds of rollupWidthsSeconds) {
      for (const owner of [tenant, allTenants]) {
        const span = { bucketSeconds, atMs: startOf(atMs, bucketSeconds), tenant: owner, service }
        rollupAt(rollups, span).tally.addTally(tally)
      }
    }
  }
  return [...rollups.values()]
}

function startOf(timeMs: number, widthSeconds: number): number {
  return timeMs - (timeMs % (widthSeconds * 1_000))
}

function rollupAt(rollups: Map<string, Rollup>, span: Omit<Rollup, 'tally'>): Rollup {
  const key = rollupKey(span)
  let rollup = rollups.get(key)
  if (!rollup) rollups.set(key, (rollup = { ...span, tally: new Tally() }))
  return rollup
}

export function rollupKey(span: Omit<Rollup, 'tally'>): string {
  return `${span.bucketSeconds}\n${span.atMs}\n${span.tenant}\n${span.service}`
}
