import { Argument, Command, Option } from 'commander'

import { openSession } from '../session.ts'
import { dataKeyShape } from '../wire.ts'

export function rotateDataKeyCommand(): Command {
  return new Command('rotate')
    .description('Make a new key for a tenant; the one before still opens what it has sealed')
    .addArgument(new Argument('<tenant>', 'its id'))
    .addOption(
      new Option('--purpose <what>', 'what it seals')
        .choices(['pseudonyms', 'content', 'signing'])
        .default('pseudonyms'),
    )
    .action(async (tenant: string, { purpose }: { purpose: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const made = await api.read('/api/privacy/keys', dataKeyShape, {
        method: 'POST',
        body: { tenant, purpose },
      })
      if (terminal.isJson) return terminal.printJson(made)
      terminal.print(
        `${terminal.style.green('✓')} The key ${made.id} seals the ${purpose} of ${tenant} from now on.`,
      )
    })
}
