import type { Queryable } from '../../../foundation/platform/index.ts'
import { contentHash } from '../answers/content-keys.ts'
import type { EvaluatorCatalogue } from '../evaluator.ts'
import { readSuite } from '../suites/read-suite.ts'
import { findSuite } from '../suites/suite-store.ts'
import { findRun } from './run-store.ts'

/** An evaluator as it was when a run was begun. */
export interface EvaluatorOfRun {
  readonly use: string
  /** With what was left out. */
  readonly parameters: unknown
  /** The services that it asks, as `service` or `service@release`. */
  readonly services: readonly string[]
  /** Whether it asked releases with these hashes, in the order of its services. */
  readonly hasAsked: (hashes: readonly string[]) => boolean
  /** Whether the examples of the run say what is expected. */
  readonly isExpectationKnown: boolean
}

/** `undefined` where the run, or its suite as it was, is not kept or cannot be read any more. */
export async function findEvaluatorOfRun(
  queryable: Queryable,
  evaluators: EvaluatorCatalogue,
  wanted: { readonly tenant: string; readonly run: string; readonly evaluator: string },
): Promise<EvaluatorOfRun | undefined> {
  const { tenant } = wanted
  const run = await findRun(queryable, tenant, wanted.run)
  const planned = run?.plan.evaluators.find(({ name }) => name === wanted.evaluator)
  const stored = run && (await findSuite(queryable, tenant, run.suite, run.suiteVersion))
  const read = stored && readSuite(stored.text, `${stored.name}.yaml`, { evaluators })
  const declared =
    read && 'suite' in read ? read.suite.evaluators.find(({ name }) => name === wanted.evaluator) : undefined
  if (!run || !planned || !declared) return undefined
  const { kind, parameters } = declared
  return {
    use: planned.use,
    parameters,
    services: kind.services?.(parameters) ?? [],
    hasAsked: hashes => contentHash([parameters, hashes]) === planned.parametersHash,
    isExpectationKnown: run.plan.columns.expected !== null,
  }
}
