import { Command } from 'commander'
import { concludeRun } from '../evaluation/conclude.ts'
import { openSession } from '../session.ts'

export function watchEvaluationCommand(): Command {
  return new Command('watch')
    .description('Follow a run until it stops; Ctrl-C leaves it running')
    .argument('<id>', 'as `slipway eval list` shows it')
    .option('--junit <file>', 'write the result as JUnit’s XML')
    .action(async (id: string, { junit }: { readonly junit?: string }, command: Command) => {
      await concludeRun(openSession(command), id, { watch: true, junit })
    })
}
