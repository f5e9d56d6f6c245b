import type { PipelinesConfig } from '../../../foundation/config/index.ts'
import type { Database } from '../../../foundation/platform/index.ts'
import type { StageKinds } from '../stage-kind.ts'
import { runEnds } from './run.ts'
import { listWork, type WorkRow } from './cost-store.ts'
import { stableId } from './stable-id.ts'

/** What a run has cost until now. */
export interface RunCost {
  readonly nanoUsd: number
  /** Stages that have worked and whose cost nobody can say: they count as nothing. */
  readonly unpriced: readonly string[]
  readonly hasEnded: boolean
}

/**
 * What runs have cost: what a kind says that a stage of it has spent, else the time of all its attempts at the price that
 * `pipelines.usdPerHour` gives its executor, or its kind.
 */
export async function readRunCosts(
  options: {
    readonly database: Database
    readonly kinds: StageKinds
    readonly settings: () => PipelinesConfig
  },
  runs: readonly string[],
): Promise<ReadonlyMap<string, RunCost>> {
  if (runs.length === 0) return new Map()
  const prices = options.settings().usdPerHour
  const costs = new Map<string, RunCost>()
  for (const row of await listWork(options.database, runs)) {
    const known = costs.get(row.run_id) ?? { nanoUsd: 0, unpriced: [], hasEnded: runEnds.includes(row.state) }
    const cost = row.stage === null ? 0 : await costOf({ ...row, stage: row.stage })
    costs.set(row.run_id, {
      ...known,
      nanoUsd: known.nanoUsd + (cost ?? 0),
      unpriced: cost === undefined && row.stage !== null ? [...known.unpriced, row.stage] : known.unpriced,
    })
  }
  return costs

  async function costOf(row: WorkRow & { readonly stage: string }): Promise<number | undefined> {
    const spent = await options.kinds.get(row.kind)?.spent?.({
      tenant: row.tenant,
      runId: row.run_id,
      stage: row.stage,
      stableId: purpose => stableId(row.run_id, row.stage, purpose),
    })
    if (spent !== undefined) return spent
    const place = row.kind === 'command' ? (row.parameters?.executor ?? 'process') : row.kind
    const price = prices[place]
    return price === undefined ? undefined : Math.round((row.seconds / 3_600) * price * 1e9)
  }
}
