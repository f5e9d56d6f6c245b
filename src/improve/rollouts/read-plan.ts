import {
  checkRolloutPlan,
  type ConfigProblem,
  declarationReader,
  formatProblem,
  type RolloutPlan,
  rolloutPlanSchema,
} from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { DeclaredService } from './ports.ts'

/** Reads the YAML of a plan for a service. Throws `invalid_request` with every problem, its line and its column. */
export function readPlan(text: string, file: string, service: DeclaredService): RolloutPlan {
  const read = declarationReader({
    schema: rolloutPlanSchema,
    page: 'docs/rollouts.md',
    check: plan => checkRolloutPlan(plan, service),
  })
  const parsed = read(text, file)
  if ('value' in parsed) return parsed.value
  throw refusal(parsed.problems)
}

function refusal(problems: readonly ConfigProblem[]): Failure {
  return new Failure('invalid_request', problems.map(formatProblem).join('\n'), { details: { problems } })
}
