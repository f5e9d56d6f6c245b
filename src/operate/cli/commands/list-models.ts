import { Command } from 'commander'

import { formatBytes, formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { modelShape } from '../registry/model-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listModelsCommand(): Command {
  return new Command('list')
    .description('List models by name, with their aliases and newest versions')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 50)
    .option('--tenant <id>', 'only those of a tenant')
    .action(async (query: { readonly limit: number; readonly tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read('/api/models', listOf(modelShape), { query: { ...query } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'model', value: model => model.name },
          { title: 'tenant', value: model => model.tenant },
          {
            title: 'aliases',
            value: ({ aliases, protected: held }) =>
              aliases
                .map(({ name, version }) => `${name}${held.includes(name) ? '*' : ''} → ${version}`)
                .join(', '),
          },
          { title: 'newest', value: ({ newest }) => String(newest?.number ?? '–'), isNumber: true },
          { title: 'format', value: ({ newest }) => newest?.format ?? '–' },
          {
            title: 'size',
            value: ({ newest }) => (newest ? formatBytes(newest.bytes) : '–'),
            isNumber: true,
          },
          { title: 'made', value: ({ newest }) => formatTime(newest?.created_at) },
        ],
        'No model yet. Register one with `slipway model import PATH --name NAME`.',
      )
      if (found.data.some(({ aliases, protected: held }) => aliases.some(({ name }) => held.includes(name))))
        terminal.note(terminal.style.dim('* protected: `slipway model requirements` says what it asks.'))
    })
}
