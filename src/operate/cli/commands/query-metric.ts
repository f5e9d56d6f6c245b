import { Command, Option } from 'commander'

import { metricAnswerShape } from '../alerts-wire.ts'
import { usageError } from '../command-error.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

interface Options {
  readonly where?: string[]
  readonly by?: string[]
  readonly measure?: string
  readonly quantile?: string
  readonly over: string
}

const measures = ['rate', 'increase', 'average', 'highest', 'lowest', 'latest', 'quantile']

export function queryMetricCommand(): Command {
  return new Command('query')
    .description('Ask what a metric says now, over all replicas')
    .argument('<metric>', 'its name')
    .option('--where <label=value...>', 'only series with these labels; `!value` must not be it')
    .option('--by <label...>', 'a number for each value of these labels')
    .addOption(new Option('--measure <measure>', 'what is taken of it').choices(measures))
    .option('--quantile <share>', 'of a histogram, e.g. 0.95')
    .option('--over <span>', 'the stretch up to now', '5m')
    .action(async (metric: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { where, by, over, quantile } = options
      const measure = options.measure ?? (quantile === undefined ? undefined : 'quantile')
      const query = {
        metric,
        over,
        ...(where && { where: Object.fromEntries(where.map(readLabel)) }),
        ...(by && { by }),
        ...(measure !== undefined && { measure }),
        ...(quantile !== undefined && { quantile: Number(quantile) }),
      }
      const answer = await api.read('/api/metrics/query', metricAnswerShape, {
        method: 'POST',
        body: { query },
      })
      if (terminal.isJson) return terminal.printJson(answer)
      printTable(
        terminal,
        answer.series,
        [
          {
            title: 'series',
            value: ({ labels }) =>
              Object.entries(labels)
                .map(pair => pair.join('='))
                .join(', ') || 'all',
          },
          { title: 'value', value: ({ values }) => format(values[0]), isNumber: true },
          { title: 'observations', value: ({ samples }) => String(samples ?? '–'), isNumber: true },
        ],
        `The metric says nothing over ${over}.`,
      )
    })
}

function format(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(6)))
}

function readLabel(word: string): [string, string] {
  const at = word.indexOf('=')
  if (at < 1)
    throw usageError(`\`${word}\` is no label with a value.`, 'Write label=value, e.g. service=support.')
  return [word.slice(0, at), word.slice(at + 1)]
}
