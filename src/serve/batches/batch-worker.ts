import { type ClaimLoop, createClaimLoop, type Logger } from '../../foundation/platform/index.ts'
import type { Batch, BatchState } from './batch.ts'
import { claimBatch, releaseLease, renewLease } from './batch-store.ts'
import { runBatch, type RunnerOptions } from './run-batch.ts'

/** One that waits for a full target holds a place, so there are many. */
const batchesAtOnce = 16

/** Works on batches that nobody works on. */
export function createBatchWorker(options: RunnerOptions & { readonly logger: Logger }): ClaimLoop {
  const { database, logger } = options
  return createClaimLoop({
    logger,
    what: 'batch',
    idOf: (batch: Batch) => batch.id,
    stateOf: (batch: Batch): BatchState => batch.state,
    atOnce: batchesAtOnce,
    leaseSeconds: 15,
    claim: (owner, seconds) => claimBatch(database, owner, seconds),
    renew: (batch, owner, seconds) => renewLease(database, batch.id, owner, seconds),
    release: (batch, owner) => releaseLease(database, batch.id, owner),
    work: async (batch, claim) =>
      await runBatch(
        batch,
        {
          owner: claim.owner,
          isCancelWanted: () => claim.state() === 'cancelling',
          isStopping: claim.isStopping,
          signal: claim.signal,
        },
        options,
      ),
  })
}
