import { Command } from 'commander'

import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { dataKeyShape, listOf } from '../wire.ts'

export function listDataKeysCommand(): Command {
  return new Command('keys')
    .description('List the keys that content and personal data are sealed with; never the keys themselves')
    .option('--tenant <id>', 'only those of a tenant')
    .action(async (options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const keys = await api.read('/api/privacy/keys', listOf(dataKeyShape), {
        query: { tenant: options.tenant },
      })
      if (terminal.isJson) return terminal.printJson(keys)
      printTable(
        terminal,
        keys.data,
        [
          { title: 'id', value: key => key.id },
          { title: 'tenant', value: key => key.tenant },
          { title: 'seals', value: key => key.purpose },
          {
            title: 'month',
            value: key => `${key.period}${key.generation > 0 ? ` #${key.generation + 1}` : ''}`,
          },
          { title: 'master key', value: key => key.master_key },
          { title: 'made', value: key => formatTime(key.created_at) },
          {
            title: 'state',
            value: key => (key.shredded_at ? `shredded ${formatTime(key.shredded_at)}` : 'opens'),
          },
        ],
        'Nothing was sealed yet, so there are no keys.',
      )
    })
}
