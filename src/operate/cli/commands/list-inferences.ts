import { Command, Option } from 'commander'

import { parseMoment } from '../duration.ts'
import { inferenceColumns } from '../inference-columns.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { inferenceShape, listOf } from '../wire.ts'

interface Options {
  readonly tenant?: string
  readonly service?: string
  readonly release?: string
  readonly rollout?: string
  readonly arm?: string
  readonly copies?: string
  readonly outcome?: string
  readonly verdict?: string
  readonly key?: string
  readonly conversation?: string
  readonly since?: string
  readonly until?: string
  readonly minLatency?: number
  readonly query?: string
  readonly limit: number
  readonly cursor?: string
}

export function listInferencesCommand(): Command {
  return new Command('list')
    .description('List inferences, the latest first')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--service <name>', 'only those of a service')
    .option('--release <name>', 'only those of a release')
    .option('--rollout <id>', 'only those while a rollout was under way')
    .option('--arm <side>', 'only those of a side of a rollout: baseline, candidate, …')
    .addOption(
      new Option(
        '--copies <which>',
        'copies that rollouts make: left out, alone, or among the others',
      ).choices(['no', 'only', 'all']),
    )
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['ok', 'error', 'aborted']))
    .option('--verdict <verdict>', 'only those of which a check said so: block, mask, error, …, shadow, any')
    .option('--key <id>', 'only those made with a key')
    .option('--conversation <id>', 'only those of a conversation')
    .option('--since <when>', 'from a time on, or a span ago: 15m, 12h, 7d')
    .option('--until <when>', 'up to a time, or a span ago')
    .option('--min-latency <ms>', 'only those that took at least so long', wholeNumber(0, 86_400_000))
    .option('--query <text>', 'only those in which the text occurs')
    .option('--limit <count>', 'how many', wholeNumber(1, 1_000), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/inferences', listOf(inferenceShape), {
        query: {
          tenant: options.tenant,
          service: options.service,
          release: options.release,
          rollout: options.rollout,
          arm: options.arm,
          shadow: options.copies,
          outcome: options.outcome,
          verdict: options.verdict,
          key_id: options.key,
          conversation_id: options.conversation,
          since: options.since === undefined ? undefined : parseMoment(options.since, 'back'),
          until: options.until === undefined ? undefined : parseMoment(options.until, 'back'),
          min_latency_ms: options.minLatency,
          q: options.query,
          limit: options.limit,
          cursor: options.cursor,
        },
      })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(terminal, page.data, inferenceColumns(), 'No inference matches.')
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}
