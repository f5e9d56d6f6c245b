import { Argument, Command } from 'commander'

import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'

export function removeLimitsCommand(): Command {
  return new Command('remove')
    .description('Remove the limits and budgets that were set with `set`; those of slipway.yaml stay')
    .addArgument(new Argument('<scope>', 'of what').choices(['tenant', 'key', 'service']))
    .argument('<id>', 'its id')
    .option('--yes', 'do not ask')
    .action(async (scope: string, id: string, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const question = `Remove the limits and budgets of the ${scope} ${id}? It may then spend without them.`
      if (!(await confirm(terminal, question, options.yes === true)))
        return terminal.note('Nothing was changed.')
      await api.send(`/api/limits/${scope}/${encodeURIComponent(id)}`, { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson({ scope, id, is_removed: true })
      terminal.print(`${terminal.style.green('✓')} The limits of the ${scope} ${id} are removed.`)
    })
}
