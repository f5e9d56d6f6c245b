import { Command } from 'commander'

import { formatDuration, formatTime, formatUsd } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { batchShape, listOf } from '../wire.ts'

interface Options {
  readonly tenant?: string
  readonly limit: number
  readonly cursor?: string
}

export function listBatchesCommand(): Command {
  return new Command('list')
    .description('List batches, the latest first, with how far they are')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/batches', listOf(batchShape), { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: batch => batch.id },
          { title: 'tenant', value: batch => batch.tenant },
          { title: 'status', value: batch => batch.status.replace('_', ' ') },
          { title: 'answered', value: batch => `${batch.completed}/${batch.total}`, isNumber: true },
          { title: 'failed', value: batch => String(batch.failed), isNumber: true },
          { title: 'cost', value: batch => formatUsd(batch.cost_nano_usd), isNumber: true },
          {
            title: 'left',
            value: ({ remaining_seconds: left }) => (typeof left === 'number' ? formatDuration(left) : '–'),
            isNumber: true,
          },
          { title: 'made', value: batch => formatTime(batch.created_at) },
        ],
        'There are no batches: make one with `slipway batch submit requests.jsonl`.',
      )
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}
