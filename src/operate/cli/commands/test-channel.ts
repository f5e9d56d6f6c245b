import { Command } from 'commander'

import { channelTestShape } from '../alerts-wire.ts'
import { CommandError } from '../command-error.ts'
import { openSession } from '../session.ts'

export function testChannelCommand(): Command {
  return new Command('test')
    .description('Send a test through a channel, and say whether it got through')
    .argument('<channel>', 'its name')
    .action(async (channel: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/channels/${encodeURIComponent(channel)}/test`
      const { is_sent: isSent, problem } = await api.read(path, channelTestShape, { method: 'POST' })
      if (!isSent)
        throw new CommandError(
          'not_sent',
          `The test did not get through ${channel}. ${problem ?? ''}`.trim(),
          {
            mend: 'See docs/alerts.md for what each kind of channel needs.',
          },
        )
      if (terminal.isJson) return terminal.printJson({ channel, is_sent: true })
      terminal.print(`${terminal.style.green('✓')} The test got through ${channel}.`)
    })
}
