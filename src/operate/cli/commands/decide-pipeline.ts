import { Command } from 'commander'
import { runShape } from '../pipeline/pipeline-wire.ts'
import { openSession } from '../session.ts'

export function cancelPipelineCommand(): Command {
  return new Command('cancel')
    .description('End a run; what has succeeded is kept')
    .argument('<run>', 'as `slipway pipeline list --runs` shows it')
    .option('--reason <text>', 'why', '')
    .action(async (id: string, { reason }: { readonly reason: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const run = await api.read(`/api/pipeline-runs/${encodeURIComponent(id)}/cancel`, runShape, {
        method: 'POST',
        body: { reason },
      })
      if (terminal.isJson) return terminal.printJson(run)
      terminal.print(`${terminal.style.green('✓')} ${run.id} is told to end.`)
    })
}

export function approvePipelineCommand(): Command {
  return decision('approve', 'Let a run go on that waits for approval', 'goes on')
}

export function rejectPipelineCommand(): Command {
  return decision('reject', 'Fail the stage of a run that waits for approval', 'does not go on')
}

function decision(verb: 'approve' | 'reject', description: string, outcome: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<run>', 'as `slipway pipeline list --runs` shows it')
    .requiredOption('--reason <text>', 'why; it stays with the run')
    .option('--stage <name>', 'where several stages wait')
    .action(
      async (
        id: string,
        { reason, stage }: { readonly reason: string; readonly stage?: string },
        command: Command,
      ) => {
        const { api, terminal } = openSession(command)
        const run = await api.read(`/api/pipeline-runs/${encodeURIComponent(id)}/${verb}`, runShape, {
          method: 'POST',
          body: { reason, stage },
        })
        if (terminal.isJson) return terminal.printJson(run)
        terminal.print(`${terminal.style.green('✓')} ${run.id} ${outcome}.`)
      },
    )
}
