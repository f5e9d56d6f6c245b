import { Failure } from '../../../foundation/platform/index.ts'
import { columnsOfRole, type ResolvedVersion } from '../../datasets/index.ts'
import { contentHash } from '../answers/content-keys.ts'
import type { EvaluatorKind } from '../evaluator.ts'
import type { FindRelease } from '../ports.ts'
import { parseRelease, type Suite, type SuiteEvaluator } from '../suites/suite.ts'
import type { PlannedEvaluator, PlannedRelease, RunPlan } from './run.ts'

/** Fixes all that a run is about: later changes of dataset, configuration or evaluators do not reach it. */
export function pinPlan(
  suite: Suite,
  resolved: ResolvedVersion,
  { suiteHash, findRelease }: { readonly suiteHash: string; readonly findRelease: FindRelease },
): RunPlan {
  const { version, definition, split } = resolved
  const [expected] = columnsOfRole(definition, 'expected')
  const [context] = columnsOfRole(definition, 'context')
  return {
    suiteHash,
    dataset: {
      name: resolved.dataset.name,
      versionId: version.id,
      versionNumber: version.number,
      split: split ?? null,
      reference: suite.dataset,
    },
    columns: { expected: suite.expected ?? expected ?? null, context: suite.context ?? context ?? null },
    releases: suite.releases.map(name => pinRelease(name, findRelease)),
    baseline: suite.releases.indexOf(suite.baseline),
    evaluators: suite.evaluators.map(one => pinEvaluator(one, findRelease)),
    repeats: suite.repeats,
    seed: suite.seed,
    sample: suite.sample ?? null,
  }
}

function pinRelease(name: string, findRelease: FindRelease): PlannedRelease {
  const facts = findRelease(parseRelease(name))
  if (!facts) throw new Failure('invalid_request', `There is no release \`${name}\`.`)
  const { service, release, hash, targets } = facts
  return { name, service, release, hash, targets }
}

export function pinEvaluator(evaluator: SuiteEvaluator, findRelease: FindRelease): PlannedEvaluator {
  const { name, kind, parameters, threshold } = evaluator
  const { manifest } = kind
  return {
    name,
    use: manifest.name,
    version: manifest.version,
    parametersHash: contentHash([parameters, hashesOf(kind, parameters, findRelease)]),
    threshold,
    isJudge: manifest.isJudge,
    kind: kind.create(parameters).compare ? 'pair' : 'single',
  }
}

/** A judge whose service serves another release is another judge. */
function hashesOf(kind: EvaluatorKind, parameters: unknown, findRelease: FindRelease): string[] {
  return (kind.services?.(parameters) ?? []).map(name => findRelease(parseRelease(name))?.hash ?? '')
}
