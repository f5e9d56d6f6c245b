import { Command } from 'commander'

import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, tenantShape } from '../wire.ts'

export function listTenantsCommand(): Command {
  return new Command('list')
    .description('List tenants')
    .action(async (_options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const tenants = await api.read('/api/tenants', listOf(tenantShape))
      if (terminal.isJson) return terminal.printJson(tenants)
      printTable(
        terminal,
        tenants.data,
        [
          { title: 'id', value: tenant => tenant.id },
          { title: 'name', value: tenant => tenant.name ?? '' },
          { title: 'services', value: tenant => tenant.services?.join(', ') ?? 'all' },
          { title: 'declared in', value: tenant => (tenant.source === 'file' ? 'slipway.yaml' : 'API') },
          { title: 'since', value: tenant => formatTime(tenant.created_at) },
        ],
        'There are no tenants yet: `slipway tenant create <id>` makes one.',
      )
    })
}
