import { Command } from 'commander'

import { monitorShape } from '../monitor-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

export function showMonitorCommand(): Command {
  return new Command('show')
    .description('Show the streams of a monitor with their references and the evidence for a change')
    .argument('<name>', 'its name')
    .action(async (name: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const monitor = await api.read(`/api/monitors/${encodeURIComponent(name)}`, monitorShape)
      if (terminal.isJson) return terminal.printJson(monitor)
      terminal.print(
        `${monitor.name} watches ${monitor.service} with ${monitor.detectors} detectors: ${monitor.state}.`,
      )
      printTable(
        terminal,
        monitor.streams,
        [
          { title: 'stream', value: stream => stream.name },
          { title: 'kind', value: stream => stream.kind },
          { title: 'state', value: stream => stream.state },
          {
            title: 'evidence',
            value: ({ level }) => (typeof level === 'number' ? `${(level * 100).toFixed(1)} %` : '–'),
            isNumber: true,
          },
          { title: 'seen', value: stream => String(stream.seen), isNumber: true },
          {
            title: 'reference',
            value: ({ reference, waiting_for: why }) => reference?.in_words ?? why ?? 'none yet',
          },
          {
            title: 'detectors',
            value: ({ detectors }) => detectors.map(detector => detector.name).join(', '),
          },
        ],
        'It has no streams.',
      )
      for (const { name: stream, reference } of monitor.streams)
        for (const said of [reference?.newer_run?.in_words, reference?.unlike_judge])
          if (typeof said === 'string') terminal.print(`${stream}: ${said}`)
    })
}
