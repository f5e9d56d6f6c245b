import { Command } from 'commander'

import { alertShape } from '../alerts-wire.ts'
import { openSession } from '../session.ts'

export function acknowledgeAlertCommand(): Command {
  return new Command('acknowledge')
    .description('Take an alert: it is not said again')
    .argument('<id>', 'its id')
    .option('--note <text>', 'what you know, for the others')
    .action(async (id: string, options: { note?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/alerts/${encodeURIComponent(id)}/acknowledge`
      const alert = await api.read(path, alertShape, { method: 'POST', body: options })
      if (terminal.isJson) return terminal.printJson(alert)
      terminal.print(`${terminal.style.green('✓')} ${alert.name} is acknowledged.`)
    })
}
