import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Run } from './run.ts'
import { findRunOfRelease } from './run-store.ts'
import { listExampleMeans } from './score-store.ts'

export interface ScoresOfRelease {
  readonly run: Run
  /** Of each example that has a score the mean over its repeats. */
  readonly values: readonly number[]
}

interface WantedScores {
  readonly tenant: string
  readonly suite: string
  readonly evaluator: string
  readonly service: string
  readonly hash: string
}

/**
 * What the newest completed run of a suite found of a release, by its hash. `missing` says what there is not: a run, or in none of those that there are a
 * single evaluator of that name.
 */
export async function findScoresOfRelease(
  queryable: Queryable,
  wanted: WantedScores,
): Promise<ScoresOfRelease | { readonly missing: 'run' | 'evaluator' }> {
  const run = await findRunOfRelease(queryable, wanted)
  if (run) return await scoresOf(queryable, run, wanted)
  const { evaluator: _, ...anyhow } = wanted
  return { missing: (await findRunOfRelease(queryable, anyhow)) ? 'evaluator' : 'run' }
}

/** What a newer run than the one that is known found of the same release; `undefined` where there is none. */
export async function findNewerScoresOfRelease(
  queryable: Queryable,
  wanted: WantedScores,
  known: { readonly id: string; readonly begunAt: Date },
): Promise<ScoresOfRelease | undefined> {
  const run = await findRunOfRelease(queryable, { ...wanted, after: known })
  return run && (await scoresOf(queryable, run, wanted))
}

async function scoresOf(
  queryable: Queryable,
  run: Run,
  { service, hash, evaluator: name }: WantedScores,
): Promise<ScoresOfRelease> {
  const { releases, evaluators } = run.plan
  const release = releases.findIndex(one => one.service === service && one.hash === hash)
  const evaluator = evaluators.findIndex(one => one.name === name && one.kind === 'single')
  return { run, values: await listExampleMeans(queryable, run.id, { release, evaluator }) }
}
