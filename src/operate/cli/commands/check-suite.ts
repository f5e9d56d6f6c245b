import { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { problemLines } from '../declared-file.ts'
import { checkedSuiteShape } from '../evaluation/eval-wire.ts'
import { readSuiteFile } from '../evaluation/read-suite-file.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession } from '../session.ts'

export function checkSuiteCommand(): Command {
  return new Command('check')
    .description('Say all that is wrong with a suite, without running it')
    .argument('<file>', 'the YAML of a suite')
    .option('--tenant <id>', 'for keys of the installation: whose data it is about')
    .action(async (file: string, { tenant }: { readonly tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const text = await readSuiteFile(file)
      const checked = await api.read('/api/evaluation-suites/check', checkedSuiteShape, {
        method: 'POST',
        body: { text, tenant },
      })
      if (terminal.isJson) terminal.printJson(checked)
      if (checked.ok) {
        if (!terminal.isJson) terminal.print(`${terminal.style.green('✓')} ${file} is in order.`)
        return
      }
      throw new CommandError('invalid_suite', problemLines(file, checked.problems), {
        exitCode: exitCodes.badInput,
      })
    })
}
