import { Command } from 'commander'

import { confirm } from '../confirm.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { revisionShape } from '../wire.ts'

export function rollBackConfigCommand(): Command {
  return new Command('rollback')
    .description('Put an earlier revision in force again, on all replicas')
    .argument('<revision>', 'its number, as `slipway config history` shows it', wholeNumber(1, 2 ** 31))
    .option('--yes', 'do not ask')
    .action(async (wanted: number, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const question = `Put revision ${wanted} in force on all replicas?`
      if (!(await confirm(terminal, question, options.yes === true)))
        return terminal.note('Nothing was changed.')
      const revision = await api.read(`/api/configuration/revisions/${wanted}/rollback`, revisionShape, {
        method: 'POST',
      })
      if (terminal.isJson) return terminal.printJson(revision)
      terminal.print(
        `${terminal.style.green('✓')} Revision ${revision.revision} is in force, and says what ${wanted} said.`,
      )
    })
}
