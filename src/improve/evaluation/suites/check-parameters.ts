import { type ConfigFinding, explainSchemaIssues } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import type { EvaluatorKind } from '../evaluator.ts'

/** Checks the parameters of an evaluator: against its schema, and by making it. */
export function checkParameters(
  kind: EvaluatorKind,
  given: unknown,
): { readonly value: unknown; readonly findings: readonly ConfigFinding[] } {
  const parsed = kind.parameters.safeParse(given)
  if (!parsed.success) {
    const findings = explainSchemaIssues(kind.parameters, parsed.error.issues, given, 'docs/evaluators.md')
    return { value: undefined, findings }
  }
  try {
    kind.create(parsed.data)
    return { value: parsed.data, findings: [] }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const mend = `See the parameters of \`${kind.manifest.name}\` in docs/evaluators.md.`
    return { value: undefined, findings: [{ path: [], at: 'key', message: error.message, mend }] }
  }
}
