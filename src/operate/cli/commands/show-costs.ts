import { Command, Option } from 'commander'

import type { CostGroup, CostReport } from '../../../observe/costs/index.ts'
import { wholeDay } from '../options.ts'
import { formatUsd } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

const costGroups = [
  'tenant',
  'service',
  'key',
  'target',
  'model',
  'upstream_model',
] as const satisfies CostGroup[]

interface Options {
  readonly by: (typeof costGroups)[number]
  readonly daily?: boolean
  readonly since?: string
  readonly until?: string
  readonly tenant?: string
  readonly service?: string
  readonly target?: string
  readonly csv?: boolean
}

export function showCostsCommand(): Command {
  return new Command('cost')
    .description('Show what was spent, by service or otherwise, and what has no price')
    .addOption(new Option('--by <group>', 'by what').choices(costGroups).default('service'))
    .option('--daily', 'a line for each day')
    .option('--since <day>', 'the first day (UTC), e.g. 2026-03-01; 30 days by default', wholeDay)
    .option('--until <day>', 'the last day, today by default', wholeDay)
    .option('--tenant <id>', 'only of a tenant')
    .option('--service <name>', 'only of a service')
    .option('--target <target>', 'only of a target, e.g. provider:openai')
    .option('--csv', 'print CSV')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { costReportSchema, toCsv } = await import('../../../observe/costs/index.ts')
      const report = await api.read('/api/costs', costReportSchema, {
        query: {
          since: options.since,
          until: options.until,
          group_by: options.by,
          tenant: options.tenant,
          service: options.service,
          target: options.target,
        },
      })
      if (terminal.isJson) return terminal.printJson(report)
      const lines = options.daily === true ? report.days : report.groups.map(row => ({ day: '', ...row }))
      if (options.csv === true) return terminal.print(toCsv([csvTitles, ...lines.map(csvCells)]).trimEnd())
      printLines(terminal, lines, options)
      printTotals(terminal, report)
    })
}

type Line = Omit<CostReport['days'][number], 'day'> & { readonly day: string }

const csvTitles = [
  'day',
  'group',
  'calls',
  'unpriced calls',
  'cost usd',
  'prompt cache saved usd',
  'answers saved usd',
  'input tokens',
  'output tokens',
]

function csvCells(line: Line): (string | number)[] {
  return [
    line.day,
    line.group,
    line.calls,
    line.unpriced_calls,
    line.cost_nano_usd / 1e9,
    line.cache_saved_nano_usd / 1e9,
    line.answers_saved_nano_usd / 1e9,
    inputOf(line),
    outputOf(line),
  ]
}

function printLines(terminal: Terminal, lines: readonly Line[], { by, daily }: Options): void {
  printTable(
    terminal,
    lines,
    [
      ...(daily === true ? [{ title: 'day', value: (line: Line) => line.day }] : []),
      { title: by, value: line => line.group || '–' },
      { title: 'calls', value: line => String(line.calls), isNumber: true },
      { title: 'unpriced', value: line => String(line.unpriced_calls), isNumber: true },
      { title: 'input', value: line => String(inputOf(line)), isNumber: true },
      { title: 'output', value: line => String(outputOf(line)), isNumber: true },
      {
        title: 'saved',
        value: line => formatUsd(line.cache_saved_nano_usd + line.answers_saved_nano_usd),
        isNumber: true,
      },
      { title: 'cost', value: line => formatUsd(line.cost_nano_usd), isNumber: true },
    ],
    'Nothing was called in these days.',
  )
}

function printTotals(terminal: Terminal, { totals, ledger, unpriced, since, until }: CostReport): void {
  terminal.print(
    `\n${since} – ${until}: ${terminal.style.bold(formatUsd(totals.cost_nano_usd))} for ${totals.calls} calls`,
  )
  if (ledger && ledger.cost_nano_usd !== totals.cost_nano_usd)
    terminal.print(
      `The ledger has ${formatUsd(ledger.cost_nano_usd)}: what it has more was spent by calls whose traces were lost, or is the worst case of ${ledger.interrupted} that were interrupted.`,
    )
  if (totals.estimated_calls > 0)
    terminal.print(`${totals.estimated_calls} of them partly estimated: the upstream never told its counts.`)
  for (const { target, model, calls, mend } of unpriced)
    terminal.print(`${calls} calls of ${target} ${model} have no price and count as nothing. ${mend}`)
}

function inputOf({ usage }: Pick<Line, 'usage'>): number {
  return (
    usage.input_tokens +
    usage.cache_read_tokens +
    usage.cache_write_tokens +
    usage.cache_write_hour_tokens +
    usage.audio_input_tokens +
    usage.image_input_tokens
  )
}

function outputOf({ usage }: Pick<Line, 'usage'>): number {
  return usage.output_tokens + usage.reasoning_tokens + usage.audio_output_tokens + usage.image_output_tokens
}
