import { Command } from 'commander'

import { formatTime } from '../figures.ts'
import { monitorAlarmShape } from '../monitor-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listMonitorAlarmsCommand(): Command {
  return new Command('alarms')
    .description('Show what a monitor has found')
    .argument('<name>', 'its name')
    .action(async (name: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/monitors/${encodeURIComponent(name)}/alarms`
      const alarms = await api.read(path, listOf(monitorAlarmShape))
      if (terminal.isJson) return terminal.printJson(alarms)
      printTable(
        terminal,
        alarms.data,
        [
          { title: 'raised', value: alarm => formatTime(alarm.raised_at) },
          { title: 'since', value: alarm => formatTime(alarm.since) },
          {
            title: 'ended',
            value: alarm =>
              alarm.ended_at ? `${formatTime(alarm.ended_at)} (${alarm.ended_because ?? ''})` : 'not yet',
          },
          { title: 'what', value: alarm => alarm.summary },
          { title: 'id', value: alarm => alarm.id },
        ],
        'It has found nothing.',
      )
    })
}
