import { Command } from 'commander'

import { silenceShape } from '../alerts-wire.ts'
import { openSession } from '../session.ts'

export function endSilenceCommand(): Command {
  return new Command('end')
    .description('End a silence before its time')
    .argument('<id>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const silence = await api.read(`/api/silences/${encodeURIComponent(id)}`, silenceShape, {
        method: 'DELETE',
      })
      if (terminal.isJson) return terminal.printJson(silence)
      terminal.print(`${terminal.style.green('✓')} The silence has ended.`)
    })
}
