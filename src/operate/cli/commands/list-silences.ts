import { Command } from 'commander'

import { silenceShape } from '../alerts-wire.ts'
import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listSilencesCommand(): Command {
  return new Command('silences')
    .description('Show what is not sent, by whom and why')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const silences = await api.read('/api/silences', listOf(silenceShape))
      if (terminal.isJson) return terminal.printJson(silences)
      printTable(
        terminal,
        silences.data,
        [
          {
            title: 'alerts with',
            value: ({ matchers }) =>
              Object.entries(matchers)
                .map(pair => pair.join('='))
                .join(', '),
          },
          { title: 'until', value: silence => (silence.is_active ? formatTime(silence.ends_at) : 'over') },
          { title: 'by', value: silence => silence.created_by },
          { title: 'why', value: silence => silence.reason },
          { title: 'id', value: silence => silence.id },
        ],
        'Nothing is silenced.',
      )
    })
}
