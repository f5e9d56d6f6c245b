import { Command } from 'commander'
import { concludeRun } from '../evaluation/conclude.ts'
import { runShape } from '../evaluation/eval-wire.ts'
import { decimal } from '../options.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly budget?: number
  readonly retryFailed?: true
  readonly watch?: true
  readonly junit?: string
}

export function resumeEvaluationCommand(): Command {
  return new Command('resume')
    .description('Go on with a paused run, or ask again what got no answer')
    .argument('<id>', 'as `slipway eval list` shows it')
    .option('--budget <usd>', 'what it may cost from now on, all in all', decimal(0.000_000_001, 1_000_000))
    .option('--retry-failed', 'ask again what got no answer, also of a completed run')
    .option('--watch', 'follow it until it stops')
    .option('--junit <file>', 'with --watch: write the result as JUnit’s XML')
    .action(async (id: string, options: Options, command: Command) => {
      const session = openSession(command)
      const run = await session.api.read(`/api/evaluations/${encodeURIComponent(id)}/resume`, runShape, {
        method: 'POST',
        body: { budget_usd: options.budget, retry_failed: options.retryFailed === true },
      })
      if (options.watch === true) return await concludeRun(session, run.id, options)
      if (session.terminal.isJson) return session.terminal.printJson(run)
      session.terminal.print(`${session.terminal.style.green('✓')} ${run.id} goes on.`)
    })
}
