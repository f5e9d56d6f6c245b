import { Command } from 'commander'
import { z } from 'zod'
import { exitCodes } from '../exit-codes.ts'
import { formatPoints } from '../figures.ts'
import { collect, decimal } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

const oddsShape = z.looseObject({
  release: z.string(),
  data: z.array(
    z.looseObject({
      evaluator: z.string(),
      column: z.string(),
      measures: z.array(
        z.looseObject({
          measure: z.string(),
          verdict: z.string(),
          says: z.string(),
          gaps: z.array(
            z.looseObject({
              label: z.string(),
              rate: z.string(),
              first: z.string(),
              second: z.string(),
              difference: z.number(),
              low: z.number(),
              high: z.number(),
              units: z.number(),
            }),
          ),
        }),
      ),
    }),
  ),
})

interface Options {
  readonly release?: string
  readonly margin?: number
  readonly label?: readonly string[]
}

const rateWords: Readonly<Record<string, string>> = {
  truePositives: 'of what has it',
  falsePositives: 'of what has not',
  selected: 'of all',
}

export function readOddsCommand(): Command {
  return new Command('odds')
    .description('Whether a release is as often right and wrong in each slice of a run that names labels')
    .argument('<run>', 'the id of the run')
    .option('--release <name>', 'which release (default: the baseline)')
    .option('--margin <share>', 'how far two slices may lie apart (0.1)', decimal(0.001, 1))
    .option('--label <label>', 'the label that it is about; again for more (all)', collect)
    .action(async (run: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { label, ...given } = options
      const found = await api.read(`/api/evaluations/${encodeURIComponent(run)}/odds`, oddsShape, {
        query: { ...given, labels: label?.join(',') },
      })
      const measures = found.data.flatMap(one => one.measures)
      if (measures.some(({ verdict }) => verdict === 'outside')) process.exitCode = exitCodes.failed
      if (terminal.isJson) return terminal.printJson(found)
      const { style } = terminal
      for (const { evaluator, column, measures: own } of found.data) {
        terminal.print(style.bold(`${evaluator} by ${column}`))
        for (const { verdict, says } of own) {
          const mark = { within: style.green('✓'), outside: style.red('✗') }[verdict] ?? style.yellow('?')
          terminal.print(`${mark} ${says}`)
        }
        printTable(
          terminal,
          own
            .filter(({ measure }) => measure !== 'equalOpportunity')
            .flatMap(({ gaps }) => gaps)
            .toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))
            .slice(0, 8),
          [
            { title: 'label', value: gap => gap.label },
            { title: 'said', value: ({ rate }) => rateWords[rate] ?? rate },
            { title: 'slices', value: ({ first, second }) => `${second} − ${first}` },
            { title: 'points', value: ({ difference }) => formatPoints(difference), isNumber: true },
            { title: 'from', value: ({ low }) => formatPoints(low), isNumber: true },
            { title: 'to', value: ({ high }) => formatPoints(high), isNumber: true },
            { title: 'examples', value: ({ units }) => String(units), isNumber: true },
          ],
          'No two slices have enough examples.',
        )
      }
    })
}
