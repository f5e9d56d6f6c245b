import { setTimeout as sleep } from 'node:timers/promises'
import { type Claim, Failure, LeaseLost, type Queryable } from '../../../foundation/platform/index.ts'
import type { PipelineParts } from '../ports.ts'
import type { PipelineRun, RunState } from './run.ts'
import { holdRun, tellOfRun } from './run-store.ts'

/** The run, as the one who has its lease holds it. */
export interface RunHold {
  readonly run: PipelineRun
  readonly claim: Claim<RunState>
  /** Writes in one transaction, if the run is still held; over breaks of the database, until the lease is lost. Throws `LeaseLost`. */
  write<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>
  /** Reads, over breaks of the database. */
  read<Result>(work: () => Promise<Result>): Promise<Result>
}

const pauseMs = 250

export function createRunHold(
  run: PipelineRun,
  claim: Claim<RunState>,
  { database }: Pick<PipelineParts, 'database'>,
): RunHold {
  async function over<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      if (claim.signal.aborted) throw new LeaseLost()
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'storage_unavailable') throw error
        await sleep(pauseMs, undefined, { signal: claim.signal }).catch(() => undefined)
      }
    }
  }
  return {
    run,
    claim,
    read: over,
    // what is not known to have been written is written again: everything here says how things are, not what to add
    write: async work =>
      await over(
        async () =>
          await database.transaction(async transaction => {
            if (!(await holdRun(transaction, run.id, claim.owner))) throw new LeaseLost()
            const result = await work(transaction)
            await tellOfRun(transaction, run.id)
            return result
          }),
      ),
  }
}
