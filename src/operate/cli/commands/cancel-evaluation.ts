import { Command } from 'commander'
import { runShape } from '../evaluation/eval-wire.ts'
import { openSession } from '../session.ts'

export function cancelEvaluationCommand(): Command {
  return new Command('cancel')
    .description('End a run; what is answered and scored is kept')
    .argument('<id>', 'as `slipway eval list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const run = await api.read(`/api/evaluations/${encodeURIComponent(id)}/cancel`, runShape, {
        method: 'POST',
      })
      if (terminal.isJson) return terminal.printJson(run)
      terminal.print(`${terminal.style.green('✓')} ${run.id} ends when what is under way has come back.`)
    })
}
