import { Command } from 'commander'

import type { PriceReport } from '../../../observe/costs/index.ts'
import { wholeDay } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

interface Options {
  readonly day?: string
  readonly provider?: string
}

type Row = PriceReport['data'][number]

export function listPricesCommand(): Command {
  return new Command('prices')
    .description('List the prices that hold on a day and where each comes from')
    .option('--day <day>', 'the day (UTC), today by default', wholeDay)
    .option('--provider <name>', 'only of a provider')
    .action(async ({ day, provider }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { priceReportSchema } = await import('../../../observe/costs/index.ts')
      const report = await api.read('/api/prices', priceReportSchema, { query: { day } })
      const rows = report.data.filter(row => provider === undefined || row.provider === provider)
      if (terminal.isJson) return terminal.printJson({ ...report, data: rows })
      printTable(
        terminal,
        rows,
        [
          { title: 'of', value: row => row.provider ?? row.engine ?? '' },
          { title: 'model', value: row => row.model ?? '(all others)' },
          price('input', row => row.usd_per_million_tokens['input']),
          price('cache read', row => row.usd_per_million_tokens['cacheRead']),
          price('cache write', row => row.usd_per_million_tokens['cacheWrite']),
          price('output', row => row.usd_per_million_tokens['output']),
          { title: 'also', value: also },
          { title: 'from', value: row => row.from },
          { title: 'because of', value: row => row.origin },
          { title: 'source', value: row => row.source ?? '' },
        ],
        'No price holds on that day.',
      )
      terminal.note(terminal.style.dim(`\nUS dollars per million tokens on ${report.day}.`))
      for (const one of report.unpriced)
        terminal.print(`${one.service}: ${one.target} ${one.model} has no price. ${one.mend}`)
      for (const problem of report.problems) terminal.print(`Left out: ${problem}`)
    })
}

function price(title: string, value: (row: Row) => number | undefined) {
  return { title, value: (row: Row) => value(row)?.toString() ?? '–', isNumber: true }
}

/** What does not fit a column. */
function also(row: Row): string {
  const { usd_per_million_tokens: tokens, usd_per_thousand_units: units } = row
  const kinds = ['cacheWriteHour', 'audioInput', 'imageInput', 'reasoning', 'audioOutput', 'imageOutput']
  return [
    ...kinds
      .filter(kind => tokens[kind] !== undefined && tokens[kind] !== plainOf(kind, tokens))
      .map(kind => `${kind} ${tokens[kind]}`),
    ...Object.entries(units).map(([unit, usd]) => `${usd} per 1000 ${unit}`),
    ...row.long_prompts.map(tier => `dearer above ${tier.above_input_tokens} tokens`),
    ...Object.entries(row.service_tiers).map(([tier, factor]) => `${tier} × ${factor}`),
  ].join(', ')
}

function plainOf(kind: string, tokens: Readonly<Record<string, number>>): number | undefined {
  if (kind === 'cacheWriteHour') return tokens['cacheWrite']
  if (kind === 'imageInput') return tokens['input']
  return kind === 'reasoning' ? tokens['output'] : undefined
}
