import { Command, Option } from 'commander'

import { usageError } from '../command-error.ts'
import { collect } from '../options.ts'
import { openSession } from '../session.ts'
import { tenantShape } from '../wire.ts'

interface Options {
  readonly name?: string
  readonly service?: readonly string[]
  readonly allServices?: true
}

export function updateTenantCommand(): Command {
  return new Command('update')
    .description('Change a tenant; what is not named stays as it is')
    .argument('<id>')
    .option('--name <name>', 'its name for people')
    .option(
      '--service <name>',
      'a service its keys may call; may come several times, replaces the list',
      collect,
    )
    .addOption(new Option('--all-services', 'its keys may call every service').conflicts('service'))
    .action(async (id: string, options: Options, command: Command) => {
      const services = options.allServices === true ? null : options.service
      if (options.name === undefined && services === undefined)
        throw usageError('Nothing says what to change.', 'Add --name, --service or --all-services.')
      const { api, terminal } = openSession(command)
      const tenant = await api.read(`/api/tenants/${encodeURIComponent(id)}`, tenantShape, {
        method: 'PATCH',
        body: {
          ...(options.name !== undefined && { name: options.name }),
          ...(services !== undefined && { services }),
        },
      })
      if (terminal.isJson) return terminal.printJson(tenant)
      const allowed = tenant.services?.join(', ') ?? 'all services'
      terminal.print(
        `${terminal.style.green('✓')} The tenant ${tenant.id} (${tenant.name ?? ''}): ${allowed}.`,
      )
    })
}
