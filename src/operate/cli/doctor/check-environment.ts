import { Failure, readEnvironment } from '../../../foundation/platform/index.ts'
import type { Environment } from '../../../foundation/platform/index.ts'
import { advice, ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

export interface EnvironmentCheck {
  readonly findings: readonly DoctorFinding[]
  /** `undefined` where it has problems; what depends on it is then not checked. */
  readonly environment: Environment | undefined
}

export function checkEnvironment(variables: Readonly<Record<string, string | undefined>>): EnvironmentCheck {
  try {
    const environment = readEnvironment(variables)
    if (environment.warnings.length === 0)
      return { findings: [ok('environment', 'The environment variables are in order.')], environment }
    const findings = environment.warnings.map(warning =>
      advice('environment', warning, 'Correct or unset it.'),
    )
    return { findings, environment }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const mend = 'Correct or unset the variables; docs/configuration.md lists them.'
    return { findings: [problem('environment', error.message, mend)], environment: undefined }
  }
}
