import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Run } from './run.ts'
import { listRuns } from './run-store.ts'
import { listExampleMeans } from './score-store.ts'

/** So many runs are looked through: one for each evaluation of another release since. */
const mostRuns = 50

/**
 * What the newest completed run of a suite found of a release, by its hash: of each example that has a score the mean over its repeats. `missing` says what
 * there is not: a run, or in none of those that there are a single evaluator of that name.
 */
export async function findScoresOfRelease(
  queryable: Queryable,
  wanted: {
    readonly tenant: string
    readonly suite: string
    readonly evaluator: string
    readonly service: string
    readonly hash: string
  },
): Promise<
  { readonly run: Run; readonly values: readonly number[] } | { readonly missing: 'run' | 'evaluator' }
> {
  const { tenant, suite, evaluator, service, hash } = wanted
  const runs = await listRuns(queryable, { tenant, suite, state: 'completed', limit: mostRuns })
  const asked = runs.flatMap(run => {
    const release = run.plan.releases.findIndex(one => one.service === service && one.hash === hash)
    return release < 0 ? [] : [{ run, release }]
  })
  if (asked.length === 0) return { missing: 'run' }
  for (const { run, release } of asked) {
    const place = run.plan.evaluators.findIndex(one => one.name === evaluator && one.kind === 'single')
    if (place >= 0)
      return { run, values: await listExampleMeans(queryable, run.id, { release, evaluator: place }) }
  }
  return { missing: 'evaluator' }
}
