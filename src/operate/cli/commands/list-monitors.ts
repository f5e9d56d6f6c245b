import { Command } from 'commander'

import { monitorShape } from '../monitor-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listMonitorsCommand(): Command {
  return new Command('list')
    .description('Show what is watched, where its detectors are, and how often they may be wrong')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const monitors = await api.read('/api/monitors', listOf(monitorShape))
      if (terminal.isJson) return terminal.printJson(monitors)
      printTable(
        terminal,
        monitors.data,
        [
          { title: 'monitor', value: monitor => monitor.name },
          { title: 'service', value: monitor => monitor.service },
          { title: 'state', value: monitor => monitor.state },
          {
            title: 'evidence',
            value: monitor => {
              const levels = monitor.streams.flatMap(({ level }) => level ?? [])
              return levels.length === 0 ? '–' : `${(Math.max(...levels) * 100).toFixed(1)} %`
            },
            isNumber: true,
          },
          {
            title: 'false alarms a year',
            value: monitor =>
              typeof monitor.false_alarms_per_year === 'number'
                ? `≤ ${Number(monitor.false_alarms_per_year.toPrecision(2))}`
                : '–',
            isNumber: true,
          },
          {
            title: 'streams',
            value: monitor => monitor.streams.map(({ name, state }) => `${name} ${state}`).join(', '),
          },
        ],
        'Nothing is watched: declare `monitors` in slipway.yaml.',
      )
    })
}
