import { Command } from 'commander'

import { channelShape } from '../alerts-wire.ts'
import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listChannelsCommand(): Command {
  return new Command('channels')
    .description('Show where alerts are sent, and whether that works')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const channels = await api.read('/api/channels', listOf(channelShape))
      if (terminal.isJson) return terminal.printJson(channels)
      printTable(
        terminal,
        channels.data,
        [
          { title: 'channel', value: channel => channel.name },
          { title: 'kind', value: channel => channel.kind },
          { title: 'waiting', value: channel => String(channel.waiting), isNumber: true },
          { title: 'last sent', value: channel => formatTime(channel.last_sent_at) },
          { title: 'last given up', value: channel => formatTime(channel.last_failed_at) },
          { title: 'last problem', value: channel => channel.last_error ?? '–' },
        ],
        'There are no channels: declare them under `alerts.channels` in slipway.yaml.',
      )
    })
}
