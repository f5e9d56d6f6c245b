import { type ClaimLoop, createClaimLoop } from '../../../foundation/platform/index.ts'
import type { Run, RunState } from './run.ts'
import { claimRun, countOpenRuns, releaseRunLease, renewRunLease } from './run-store.ts'
import { runSuite, type RunnerOptions } from './run-suite.ts'

const runsAtOnce = 4
/** A run that is cancelled waits so long for answers that are under way. */
const cancelGraceMs = 1_000
const countEvery = 15

/** Works on runs that nobody works on: asks their examples, and goes on where another process has left one. */
export function createRunWorker(options: RunnerOptions): ClaimLoop {
  const { database, logger, metrics } = options
  let looks = 0
  return createClaimLoop({
    logger,
    what: 'evaluation',
    idOf: (run: Run) => run.id,
    stateOf: (run: Run): RunState => run.state,
    atOnce: runsAtOnce,
    leaseSeconds: 15,
    claim: (owner, seconds) => claimRun(database, owner, seconds),
    renew: (run, owner, seconds, workedMs) => renewRunLease(database, run.id, owner, seconds, workedMs),
    release: (run, owner) => releaseRunLease(database, run.id, owner),
    onLook: async () => {
      if (looks % countEvery === 0) metrics.open(await countOpenRuns(database))
      looks += 1
    },
    work: async (run, claim) => {
      const cut = new AbortController()
      let cutting: ReturnType<typeof setTimeout> | undefined
      const isCancelWanted = (): boolean => claim.state() === 'cancelling'
      claim.onNews(() => {
        if (isCancelWanted()) cutting ??= setTimeout(() => cut.abort(), cancelGraceMs)
      })
      try {
        await runSuite(
          run,
          {
            owner: claim.owner,
            isCancelWanted,
            isStopping: claim.isStopping,
            signal: claim.signal,
            askSignal: AbortSignal.any([claim.signal, cut.signal]),
          },
          options,
        )
        await claim.renew()
      } finally {
        clearTimeout(cutting)
      }
    },
  })
}
