import { Command } from 'commander'

import { formatMs } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import { reviewStatsShape } from '../wire.ts'

interface Options {
  readonly tenant?: string
  readonly days: number
}

export function reviewStatsCommand(): Command {
  return new Command('stats')
    .description('Show how long decisions take, how far reviewers agree, and what each has done')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--days <count>', 'how many days back', wholeNumber(1, 365), 7)
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const stats = await api.read('/api/reviews/stats', reviewStatsShape, { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(stats)
      const { decided, decision_seconds: times, agreement } = stats
      const kappa = (one: { kappa: number; items: number } | null | undefined) =>
        one ? `κ ${one.kappa.toFixed(2)} over ${one.items}` : '–'
      const time = (seconds: number | null | undefined) =>
        typeof seconds === 'number' ? formatMs(seconds * 1_000) : '–'
      printFields(terminal, [
        ['waiting', `${stats.pending}, ${stats.overdue} of them late`],
        ['oldest', time(stats.oldest_seconds)],
        [
          'decided',
          `${decided.approved} approved, ${decided.edited} edited, ${decided.rejected} rejected, ${decided.expired} expired`,
        ],
        ['time to decide', `${time(times.p50)} (p50), ${time(times.p95)} (p95)`],
        ['agreement', kappa(agreement.shared)],
        ['against the known', kappa(agreement.truth)],
      ])
      terminal.print('')
      printTable(
        terminal,
        stats.reviewers,
        [
          { title: 'reviewer', value: row => row.name },
          { title: 'approved', value: row => String(row.approved), isNumber: true },
          { title: 'edited', value: row => String(row.edited), isNumber: true },
          { title: 'rejected', value: row => String(row.rejected), isNumber: true },
          { title: 'p50', value: row => time(row.p50_seconds), isNumber: true },
          { title: 'unmasked', value: row => String(row.unmasked), isNumber: true },
          { title: 'known right', value: row => `${row.known_right}/${row.known_given}`, isNumber: true },
        ],
        'Nobody has decided anything in these days.',
      )
    })
}

export function exportReviewsCommand(): Command {
  return new Command('export')
    .description('Print what people decided as lines of JSON, masked: feedback for data sets')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--service <name>', 'only those of a service')
    .option('--since <time>', 'only what was decided since then, in ISO 8601')
    .action(async (options: { tenant?: string; service?: string; since?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const response = await api.send('/api/reviews/export', { query: { ...options } })
      const reader = response.body?.pipeThrough(new TextDecoderStream())
      let rest = ''
      for await (const piece of reader ?? []) {
        const lines = (rest + piece).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) terminal.print(line)
      }
      if (rest !== '') terminal.print(rest)
    })
}
