import { Command } from 'commander'

import { CommandError } from '../command-error.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { requirementShape } from '../registry/model-wire.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'
import { listOf } from '../wire.ts'

export function judgeModelCommand(): Command {
  return new Command('requirements')
    .description('Say what a protected alias asks of a version, and what of it is met')
    .argument('<version>', 'NAME@3, or NAME for its newest')
    .argument('<alias>', 'where it would go')
    .option('--evaluation <run>', 'a run that would be named as evidence')
    .option('--tenant <id>', 'whose model')
    .action(
      async (
        text: string,
        alias: string,
        options: { readonly evaluation?: string; readonly tenant?: string },
        command: Command,
      ) => {
        const { api, terminal } = openSession(command)
        const { versionPath } = readModelReference(text)
        const found = await api.read(`${versionPath}/requirements`, listOf(requirementShape), {
          query: { alias, ...options },
        })
        if (terminal.isJson) terminal.printJson(found)
        else if (found.data.length === 0) terminal.print(`${alias} asks nothing: it is not protected.`)
        else
          for (const { is_met: isMet, name, explanation } of found.data)
            terminal.print(
              `${isMet ? terminal.style.green('✓') : terminal.style.red('✗')} ${name}: ${printable(explanation)}`,
            )
        const missing = found.data.filter(({ is_met: isMet }) => !isMet).length
        if (missing > 0)
          throw new CommandError(
            'checks_failed',
            `${missing} of ${found.data.length} ${missing === 1 ? 'is' : 'are'} not met.`,
          )
      },
    )
}
