import { Command } from 'commander'

import { metricShape } from '../alerts-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listMetricsCommand(): Command {
  return new Command('list')
    .description('Show every metric: type, labels, meaning')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const metrics = await api.read('/api/metrics', listOf(metricShape))
      if (terminal.isJson) return terminal.printJson(metrics)
      printTable(
        terminal,
        metrics.data,
        [
          { title: 'metric', value: metric => metric.name },
          { title: 'type', value: metric => metric.type },
          { title: 'labels', value: metric => metric.labels.join(', ') || '–' },
          { title: 'meaning', value: metric => metric.help },
        ],
        'There are no metrics.',
      )
    })
}
