import { Command, Option } from 'commander'

import { alertShape } from '../alerts-wire.ts'
import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listAlertsCommand(): Command {
  return new Command('alerts')
    .description('Show what fires, and what has fired')
    .addOption(
      new Option('--state <state>', 'only these')
        .choices(['open', 'pending', 'firing', 'acknowledged', 'resolved'])
        .default('open'),
    )
    .option('--service <name>', 'only those of a service')
    .action(async (options: { state: string; service?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const alerts = await api.read('/api/alerts', listOf(alertShape), { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(alerts)
      printTable(
        terminal,
        alerts.data,
        [
          { title: 'state', value: alert => (alert.muted_by ? `${alert.state}, not sent` : alert.state) },
          { title: 'severity', value: alert => alert.severity },
          { title: 'since', value: alert => formatTime(alert.fired_at ?? alert.started_at) },
          { title: 'what', value: alert => alert.summary },
          { title: 'id', value: alert => alert.id },
        ],
        options.state === 'open' ? 'Nothing fires.' : 'There are no such alerts.',
      )
    })
}
