import { Command } from 'commander'

import { printEngines } from '../engine-table.ts'
import { formatBytes, formatDuration } from '../figures.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import { configurationShape, engineShape, listOf, serviceShape, systemShape } from '../wire.ts'

export function showStatusCommand(): Command {
  return new Command('status')
    .description('Show what the server serves, and whether it is well')
    .action(async (_options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const [system, configuration, services, engines] = await Promise.all([
        api.read('/api/system', systemShape),
        api.read('/api/configuration', configurationShape),
        api.read('/api/services', listOf(serviceShape)),
        api.read('/api/engines', listOf(engineShape)),
      ])
      if (terminal.isJson)
        return terminal.printJson({ system, configuration, services: services.data, engines: engines.data })
      const { style } = terminal
      printFields(terminal, [
        ['server', `${api.url}, version ${system.version}, up ${formatDuration(system.uptime_seconds)}`],
        [
          'memory',
          typeof system.resident_bytes === 'number' ? formatBytes(system.resident_bytes) : undefined,
        ],
        [
          'processes',
          system.processes && system.processes.length > 1 ? String(system.processes.length) : undefined,
        ],
        ['configuration', `${configuration.hash} from ${configuration.file ?? 'the built-in default'}`],
      ])
      if (configuration.problem !== null && configuration.problem !== undefined)
        terminal.print(
          style.yellow(
            `  ${configuration.problem.message} An older one is in force; see \`slipway config check\`.`,
          ),
        )
      terminal.print('')
      printTable(
        terminal,
        services.data,
        [
          { title: 'service', value: service => service.name },
          { title: 'release', value: service => service.release ?? '–' },
          {
            title: 'state',
            value: service => [service.state, service.state_reason].filter(Boolean).join(': '),
          },
        ],
        'No service is configured.',
      )
      terminal.print('')
      printEngines(terminal, engines.data)
    })
}
