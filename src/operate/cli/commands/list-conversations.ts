import { Command } from 'commander'
import { z } from 'zod'

import { parseMoment } from '../duration.ts'
import { formatTime, formatUsd } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { type Column, printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export const conversationShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  services: z.array(z.string()),
  turns: z.number(),
  errors: z.number(),
  started_at: z.string(),
  last_at: z.string(),
  cost_nano_usd: z.number(),
  input_tokens: z.number(),
  output_tokens: z.number(),
})

const columns: Column<z.output<typeof conversationShape>>[] = [
  { title: 'last turn', value: one => formatTime(one.last_at) },
  { title: 'conversation', value: one => one.id },
  { title: 'tenant', value: one => one.tenant },
  { title: 'services', value: one => one.services.join(', ') },
  { title: 'turns', value: one => String(one.turns), isNumber: true },
  { title: 'errors', value: one => String(one.errors), isNumber: true },
  { title: 'tokens', value: one => `${one.input_tokens} → ${one.output_tokens}` },
  { title: 'cost', value: one => formatUsd(one.cost_nano_usd), isNumber: true },
]

interface Options {
  readonly tenant?: string
  readonly service?: string
  readonly since?: string
  readonly until?: string
  readonly limit: number
  readonly cursor?: string
}

export function listConversationsCommand(): Command {
  return new Command('list')
    .description('List conversations, the one that was last continued first')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--service <name>', 'only those with a service')
    .option('--since <when>', 'from a time on, or a span ago: 15m, 12h, 7d')
    .option('--until <when>', 'up to a time, or a span ago')
    .option('--limit <count>', 'how many', wholeNumber(1, 100), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/conversations', listOf(conversationShape), {
        query: {
          tenant: options.tenant,
          service: options.service,
          since: options.since === undefined ? undefined : parseMoment(options.since, 'back'),
          until: options.until === undefined ? undefined : parseMoment(options.until, 'back'),
          limit: options.limit,
          cursor: options.cursor,
        },
      })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(terminal, page.data, columns, 'No conversation matches.')
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}
