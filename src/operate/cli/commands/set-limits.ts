import { Argument, Command } from 'commander'

import { usageError } from '../command-error.ts'
import { limitOptions, type LimitOptions, readLimits } from '../limit-options.ts'
import { openSession } from '../session.ts'
import { scopeLimitsShape } from '../wire.ts'

export function setLimitsCommand(): Command {
  const command = new Command('set')
    .description('Set the limits and budgets of a tenant, a key or a service; replaces those set before')
    .addArgument(new Argument('<scope>', 'of what').choices(['tenant', 'key', 'service']))
    .argument('<id>', 'its id')
    .action(async (scope: string, id: string, options: LimitOptions, own: Command) => {
      const declared = readLimits(options)
      if (!declared)
        throw usageError('Nothing says what to set.', 'Add --requests, --tokens, --concurrent or --budget.')
      const { api, terminal } = openSession(own)
      const set = await api.read(`/api/limits/${scope}/${encodeURIComponent(id)}`, scopeLimitsShape, {
        method: 'PUT',
        body: declared,
      })
      if (terminal.isJson) return terminal.printJson(set)
      terminal.print(`${terminal.style.green('✓')} The limits of the ${scope} ${id} are in force.`)
    })
  return limitOptions(command)
}
