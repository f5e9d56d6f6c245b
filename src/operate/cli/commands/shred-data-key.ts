import { Command } from 'commander'

import { CommandError } from '../command-error.ts'
import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'
import { dataKeyShape, listOf } from '../wire.ts'

export function shredDataKeyCommand(): Command {
  return new Command('shred')
    .description('Destroy a key, and with it all that it has sealed, for good')
    .argument('<key>', 'its id, as `slipway privacy keys` shows it')
    .option('--yes', 'do not ask')
    .action(async (id: string, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const { data } = await api.read('/api/privacy/keys', listOf(dataKeyShape))
      const key = data.find(one => one.id === id)
      if (!key)
        throw new CommandError('not_found', `There is no data key \`${id}\`.`, {
          mend: '`slipway privacy keys` lists them.',
        })
      const question = `Destroy the key of ${key.tenant} for ${key.purpose} of ${key.period}? What it has sealed can never be read again, by anybody.`
      if (!(await confirm(terminal, question, options.yes === true)))
        return terminal.note('Nothing was changed.')
      const path = `/api/privacy/keys/${encodeURIComponent(id)}/shred`
      const shredded = await api.read(path, dataKeyShape, { method: 'POST', body: { confirm: id } })
      if (terminal.isJson) return terminal.printJson(shredded)
      terminal.print(`${terminal.style.green('✓')} The key is destroyed, and what it had sealed with it.`)
    })
}
