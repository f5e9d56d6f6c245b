import { z } from 'zod'

import type { ApiClient } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationShape, engineShape, listOf } from '../wire.ts'
import { advice, ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

/** What a running server says of itself: whether it is ready, its configuration, its engines. */
export async function checkServer(api: ApiClient): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  try {
    await api.read('/readyz', z.unknown())
    findings.push(ok('server', `The server at ${api.url} is ready.`))
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    if (error.exitCode === exitCodes.unreachable) return [problem('server', error.message, error.mend ?? '')]
    const mend = 'Look into its log; `slipway status` shows its parts.'
    findings.push(problem('server', `The server is not ready: ${error.message}`, mend))
  }
  try {
    const configuration = await api.read('/api/configuration', configurationShape)
    if (configuration.problem !== null && configuration.problem !== undefined)
      findings.push(
        problem(
          'server',
          `${configuration.problem.message} An older configuration is in force.`,
          'Correct it; `slipway config check` shows the lines.',
        ),
      )
    const engines = await api.read('/api/engines', listOf(engineShape))
    findings.push(...engines.data.map(judgeEngine))
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    findings.push(
      advice('server', `The server does not tell more: ${error.message}`, error.mend ?? 'Look into its log.'),
    )
  }
  return findings
}

function judgeEngine({ name, state, state_reason: reason }: z.output<typeof engineShape>): DoctorFinding {
  const told = `The engine ${name} is ${state}${typeof reason === 'string' ? `: ${reason}` : '.'}`
  if (state === 'ready')
    return typeof reason === 'string'
      ? advice(
          'engine',
          told,
          'It answers until it has to start again. Move the alias to a version that holds.',
        )
      : ok('engine', told)
  if (state === 'failed')
    return problem('engine', told, 'Mend what it says; the server starts the engine again by itself.')
  return advice('engine', told, 'Ask again in a moment; its log lines say more.')
}
