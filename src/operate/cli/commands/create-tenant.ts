import { Command } from 'commander'

import { collect } from '../options.ts'
import { openSession } from '../session.ts'
import { tenantShape } from '../wire.ts'

export function createTenantCommand(): Command {
  return new Command('create')
    .description('Make a tenant')
    .argument('<id>', 'its stable name')
    .option('--name <name>', 'its name for people')
    .option('--service <name>', 'a service its keys may call; may come several times (default: all)', collect)
    .action(async (id: string, options: { name?: string; service?: string[] }, command: Command) => {
      const { api, terminal } = openSession(command)
      const tenant = await api.read('/api/tenants', tenantShape, {
        method: 'POST',
        body: {
          id,
          ...(options.name !== undefined && { name: options.name }),
          ...(options.service !== undefined && { services: options.service }),
        },
      })
      if (terminal.isJson) return terminal.printJson(tenant)
      terminal.print(`${terminal.style.green('✓')} The tenant ${tenant.id} is there.`)
      terminal.note(`  Next: slipway key create <name> --tenant ${tenant.id}`)
    })
}
