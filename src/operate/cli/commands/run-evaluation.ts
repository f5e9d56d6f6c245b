import { Command } from 'commander'
import { concludeRun } from '../evaluation/conclude.ts'
import { runShape } from '../evaluation/eval-wire.ts'
import { isFile } from '../declared-file.ts'
import { readSuiteFile, withSuiteErrors } from '../evaluation/read-suite-file.ts'
import { decimal, wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { isKnown } from '../evaluation/is-known.ts'

interface Options {
  readonly against?: string
  readonly sample?: number
  readonly budget?: number
  readonly cache: boolean
  readonly junit?: string
  readonly watch?: true
  readonly detach?: true
  readonly tenant?: string
}

export function runEvaluationCommand(): Command {
  return new Command('run')
    .description('Run a suite and wait for its verdict: 0 passed, 5 a gate failed, 6 not enough, 7 bad input')
    .argument('<suite>', 'the YAML of a suite, or the name of one that is stored')
    .option('--against <release>', 'hold the others against this one: service or service@release')
    .option(
      '--sample <examples>',
      'so many examples instead of what the suite says',
      wholeNumber(1, 1_000_000),
    )
    .option('--budget <usd>', 'pause when it has cost this', decimal(0.000_000_001, 1_000_000))
    .option('--no-cache', 'ask and judge anew what is known from other runs')
    .option('--junit <file>', 'write the result as JUnit’s XML')
    .option('--watch', 'show progress, cost and what is left')
    .option('--detach', 'begin it and leave')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (suite: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const given = isFile(suite) ? { text: await readSuiteFile(suite) } : { suite }
      const run = await withSuiteErrors(suite, () =>
        api.read('/api/evaluations', runShape, {
          method: 'POST',
          body: {
            ...given,
            against: options.against,
            sample: options.sample,
            budget_usd: options.budget,
            uses_cache: options.cache,
            tenant: options.tenant,
          },
        }),
      )
      const { name, version_number: version, split } = run.dataset
      const data = `${name}@${version}${!isKnown(split) ? '' : `:${split}`}`
      terminal.note(
        terminal.style.dim(
          `${run.suite} v${run.suite_version} on ${data}: ${run.releases.map(release => release.name).join(', ')}  ${run.id}`,
        ),
      )
      if (options.detach !== true) return await concludeRun(session, run.id, options)
      if (terminal.isJson) return terminal.printJson(run)
      terminal.print(`${terminal.style.green('✓')} ${run.id} is under way.`)
    })
}
