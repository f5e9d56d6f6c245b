import { stat } from 'node:fs/promises'

import { formatProblem, loadConfig } from '../../../foundation/config/index.ts'
import type { ConfigLocation, ConfigSnapshot } from '../../../foundation/config/index.ts'
import { advice, ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

export interface ConfigurationCheck {
  readonly findings: readonly DoctorFinding[]
  readonly snapshot: ConfigSnapshot | undefined
}

export async function checkConfiguration(location: ConfigLocation): Promise<ConfigurationCheck> {
  const { checkCatalogue: checks } = await import('../../../serve/guardrails/index.ts')
  const parsed = await loadConfig({ ...location, checks })
  if ('problems' in parsed) {
    const mend = 'Correct it; `slipway config check` shows the lines.'
    const findings = parsed.problems.map(each => problem('configuration', formatProblem(each), mend))
    return { findings, snapshot: undefined }
  }
  const { snapshot, secretFiles } = parsed
  const services = Object.keys(snapshot.config.services)
  const findings: DoctorFinding[] = [
    services.length === 0
      ? advice(
          'configuration',
          `${location.file} declares no service.`,
          'Declare one; examples/ has files to start from.',
        )
      : ok('configuration', `${location.file} is in order: ${services.join(', ')}.`),
  ]
  for (const file of secretFiles) {
    const mode = (await stat(file).catch(() => undefined))?.mode ?? 0
    if ((mode & 0o004) !== 0)
      findings.push(
        advice('secrets', `Everybody may read the secret in ${file}.`, `Run \`chmod 600 ${file}\`.`),
      )
  }
  return { findings, snapshot }
}
