import { Command } from 'commander'

import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { guardrailCheckShape, listOf } from '../wire.ts'

export function listGuardrailChecksCommand(): Command {
  return new Command('checks')
    .description('Show the checks that a policy can name, and what of a stream waits for each')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const checks = await api.read('/api/guardrails/checks', listOf(guardrailCheckShape))
      if (terminal.isJson) return terminal.printJson(checks)
      printTable(
        terminal,
        checks.data,
        [
          { title: 'check', value: check => check.name },
          { title: 'cost', value: check => check.cost },
          { title: 'holds', value: check => check.held, isNumber: true },
          { title: 'on', value: check => check.stages.join(', ') },
          { title: '', value: check => check.description },
        ],
        'There is no check.',
      )
    })
}
