import { Command } from 'commander'

import { alertDetailShape } from '../alerts-wire.ts'
import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'

export function showAlertCommand(): Command {
  return new Command('show')
    .description('Show an alert: its numbers, and everything that happened to it')
    .argument('<id>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const alert = await api.read(`/api/alerts/${encodeURIComponent(id)}`, alertDetailShape)
      if (terminal.isJson) return terminal.printJson(alert)
      printFields(terminal, [
        ['what', alert.summary],
        ['state', alert.state],
        ['severity', alert.severity],
        [
          'labels',
          Object.entries(alert.labels)
            .map(pair => pair.join('='))
            .join(', '),
        ],
        ['value', `${alert.value} (threshold ${alert.threshold})`],
        ['not sent because of', alert.muted_by],
        ['runbook', alert.runbook],
        ['evidence', JSON.stringify(alert.evidence)],
      ])
      terminal.print('')
      printTable(
        terminal,
        alert.events,
        [
          { title: 'when', value: event => formatTime(event.at) },
          { title: 'what', value: event => event.kind },
          { title: 'who', value: event => event.actor ?? '–' },
          { title: 'note', value: event => event.note ?? '' },
        ],
        'Nothing has happened to it yet.',
      )
    })
}
