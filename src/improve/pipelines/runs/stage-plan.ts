import { needsOf, parseInput, type Pipeline, keyOf, scopeOfValues } from '../declaration/pipeline.ts'
import { type ExpressionScope, parseExpression } from '../declaration/expression.ts'
import type { StoredArtifact } from '../artifacts/artifact-store.ts'
import type { Artifact, StageInputs } from '../stage-kind.ts'
import { type PipelineRun, type RunStage, stageEnds } from './run.ts'

/** What is to become of a stage that waits. */
export type NextStep = 'wait' | 'begin' | 'skip'

const scopeValue = ({ value, digest, type, sizeBytes }: Artifact): unknown =>
  value ?? { digest, type, size_bytes: sizeBytes }

/** What expressions of a stage read. */
export function scopeFor(
  run: PipelineRun,
  pipeline: Pipeline,
  stage: Pick<RunStage, 'matrix'>,
  stages: readonly RunStage[],
  artifacts: readonly StoredArtifact[],
): ExpressionScope {
  const outputsOf = (name: string): Record<string, unknown> =>
    Object.fromEntries(
      artifacts.filter(one => one.stage === name).map(one => [one.name, scopeValue(one)] as const),
    )
  const known = Object.keys(pipeline.stages).map(name => {
    const instances = stages.filter(one => one.stage === name)
    const outcome = outcomeOf(instances)
    const isMatrix = Object.keys(pipeline.stages[name]?.matrix ?? {}).length > 0
    const each = isMatrix
      ? Object.fromEntries(
          instances.map(one => [keyOf(one.matrix), { outcome: one.state, outputs: outputsOf(one.name) }]),
        )
      : {}
    return [name, { outcome, outputs: isMatrix ? {} : outputsOf(name), each }] as const
  })
  return {
    parameters: scopeOfValues(run.parameters),
    matrix: scopeOfValues(stage.matrix),
    stages: Object.fromEntries(known),
    run: { id: run.id, trigger: run.trigger },
    event: run.event ?? {},
  }
}

/** Of all of a matrix together. */
function outcomeOf(instances: readonly RunStage[]): string {
  for (const state of ['failed', 'cancelled', 'skipped'] as const)
    if (instances.some(one => one.state === state)) return state
  return instances.every(({ state }) => state === 'succeeded') ? 'succeeded' : 'waiting'
}

/**
 * A stage begins when all that it needs has succeeded and its `when` is true. One whose `when` reads an `outcome` decides by it
 * alone, also after a failure. Throws `invalid_request` where the expression has no value.
 */
export function nextStep(
  stage: RunStage,
  pipeline: Pipeline,
  stages: readonly RunStage[],
  scope: () => ExpressionScope,
): NextStep {
  const declared = pipeline.stages[stage.stage]
  if (!declared) return 'skip'
  const needs = needsOf(declared).flatMap(name => stages.filter(one => one.stage === name))
  if (!needs.every(({ state }) => stageEnds.includes(state))) return 'wait'
  const when = declared.when === undefined ? undefined : parseExpression(declared.when, 'bool')
  const expression = when && 'evaluate' in when ? when : undefined
  const decidesAlone =
    expression?.reads.some(([root, , what]) => root === 'stages' && what === 'outcome') === true
  if (!decidesAlone && !needs.every(({ state }) => state === 'succeeded')) return 'skip'
  return expression === undefined || expression.evaluate(scope()) === true ? 'begin' : 'skip'
}

/** The artifacts that a stage takes; those of stages that were skipped are left out. */
export function inputsFor(
  stage: RunStage,
  pipeline: Pipeline,
  stages: readonly RunStage[],
  artifacts: readonly StoredArtifact[],
): StageInputs {
  const declared = pipeline.stages[stage.stage]
  const found: Record<string, StageInputs[string]> = {}
  for (const [name, text] of Object.entries(declared?.inputs ?? {})) {
    const { stage: from, output } = parseInput(text)
    const isMatrix = Object.keys(pipeline.stages[from]?.matrix ?? {}).length > 0
    const of = (instance: string): Artifact | undefined =>
      artifacts.find(one => one.stage === instance && one.name === output)
    if (!isMatrix) {
      const artifact = of(from)
      if (artifact) found[name] = artifact
      continue
    }
    const each = stages
      .filter(one => one.stage === from)
      .flatMap(one => {
        const artifact = of(one.name)
        return artifact ? [[keyOf(one.matrix), artifact] as const] : []
      })
    found[name] = { each: Object.fromEntries(each) }
  }
  return found
}
