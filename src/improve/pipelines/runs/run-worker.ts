import { type ClaimLoop, createClaimLoop } from '../../../foundation/platform/index.ts'
import type { PipelineParts } from '../ports.ts'
import { moveRun } from './move-run.ts'
import { createPlaces } from './places.ts'
import type { PipelineRun, RunState } from './run.ts'
import { claimRun, countOpenRuns, releaseRunLease, renewRunLease } from './run-store.ts'

const runsAtOnce = 64
const countEvery = 15
/** Short, so that a run goes on soon after its server was killed. */
const leaseSeconds = 7

/** Moves runs that nobody moves. */
export function createRunWorker(parts: PipelineParts): ClaimLoop {
  const { database, logger, metrics } = parts
  const places = createPlaces(() => parts.settings().commands.atOnce)
  const options = { ...parts, takePlace: places.take }
  let looks = 0
  return createClaimLoop({
    logger,
    what: 'pipeline run',
    idOf: (run: PipelineRun) => run.id,
    stateOf: (run: PipelineRun): RunState => run.state,
    atOnce: runsAtOnce,
    leaseSeconds,
    givesUpInSilence: true,
    claim: (owner, seconds) => claimRun(database, owner, seconds),
    renew: (run, owner, seconds) => renewRunLease(database, run.id, owner, seconds),
    release: (run, owner) => releaseRunLease(database, run.id, owner),
    onLook: async () => {
      if (looks % countEvery === 0) metrics.open(await countOpenRuns(database))
      looks += 1
    },
    work: (run, claim) => moveRun(run, claim, options),
  })
}
