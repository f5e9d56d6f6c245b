import { Command } from 'commander'

import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, unmaskingShape } from '../wire.ts'

export function listUnmaskingsCommand(): Command {
  return new Command('unmaskings')
    .description('List who looked at values behind placeholders, and why')
    .option('--tenant <id>', 'only those of a tenant')
    .action(async (options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const unmaskings = await api.read('/api/privacy/unmaskings', listOf(unmaskingShape), {
        query: { tenant: options.tenant },
      })
      if (terminal.isJson) return terminal.printJson(unmaskings)
      printTable(
        terminal,
        unmaskings.data,
        [
          { title: 'when', value: one => formatTime(one.at) },
          { title: 'who', value: one => one.actor_name },
          { title: 'tenant', value: one => one.tenant },
          { title: 'conversation', value: one => one.conversation },
          { title: 'values', value: one => String(one.shown), isNumber: true },
          { title: 'why', value: one => one.reason },
        ],
        'Nobody has looked.',
      )
    })
}
