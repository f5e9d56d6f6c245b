import { Command } from 'commander'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'
import { followQuantization } from './follow-quantization.ts'
import { quantizationShape } from './quantization-wire.ts'

/** What the server quantizes and has quantized. */
export function quantizationsCommand(): Command {
  const group = new Command('quantizations')
    .description('See, follow and end what `slipway model quantize --on-server` and pipelines have begun')
    .helpCommand(false)
  for (const command of [listCommand(), watchCommand(), cancelCommand()]) group.addCommand(command)
  return group
}

function listCommand(): Command {
  return new Command('list')
    .description('Quantizations on the server, newest first')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 20)
    .option('--tenant <id>', 'only those of a tenant')
    .action(async (query: { readonly limit: number; readonly tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read('/api/quantizations', listOf(quantizationShape), { query: { ...query } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'id', value: row => row.id },
          { title: 'of', value: row => row.base },
          { title: 'to', value: row => row.type },
          { title: 'state', value: row => row.error?.code ?? row.state },
          { title: 'version', value: row => row.result ?? '–' },
          { title: 'by', value: row => row.author },
          { title: 'made', value: row => formatTime(row.created_at) },
        ],
        'Nothing was quantized yet. Begin with `slipway model quantize MODEL --on-server --to Q8_0 --check FILE`.',
      )
    })
}

function watchCommand(): Command {
  return new Command('watch')
    .description('Follow one until it ends; Ctrl-C leaves it running')
    .argument('<id>', 'as `slipway model quantizations list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      await followQuantization(openSession(command), id)
    })
}

function cancelCommand(): Command {
  return new Command('cancel')
    .description('End one; it leaves no version')
    .argument('<id>', 'as `slipway model quantizations list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const row = await api.read(`/api/quantizations/${encodeURIComponent(id)}/cancel`, quantizationShape, {
        method: 'POST',
      })
      if (terminal.isJson) return terminal.printJson(row)
      terminal.print(`${terminal.style.green('✓')} ${row.id} is cancelled.`)
    })
}
