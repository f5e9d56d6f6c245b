import { Command } from 'commander'
import { z } from 'zod'
import { exitCodes } from '../exit-codes.ts'
import { formatPoints } from '../figures.ts'
import { decimal } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

const parityShape = z.looseObject({
  release: z.string(),
  margin: z.number(),
  data: z.array(
    z.looseObject({
      attribute: z.string(),
      verdict: z.string(),
      says: z.string(),
      changed_answers: z.number(),
      changed_labels: z.number().nullable(),
      similarity: z.looseObject({ bleu: z.number(), rouge_l: z.number() }),
      repeats: z.looseObject({ says: z.string() }).nullable(),
      gaps: z.array(
        z.looseObject({
          evaluator: z.string(),
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
})

interface Options {
  readonly release?: string
  readonly margin?: number
}

export function readParityCommand(): Command {
  return new Command('parity')
    .description('Whether answers depend on what should not matter, of a run on counterfactuals')
    .argument('<run>', 'the id of the run')
    .option('--release <name>', 'which release (default: the baseline)')
    .option('--margin <share>', 'how far two groups may lie apart', decimal(0.001, 1))
    .action(async (run: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read(`/api/evaluations/${encodeURIComponent(run)}/parity`, parityShape, {
        query: { ...options },
      })
      if (found.data.some(({ verdict }) => verdict === 'outside')) process.exitCode = exitCodes.failed
      if (terminal.isJson) return terminal.printJson(found)
      const { style } = terminal
      for (const one of found.data) {
        const mark = { within: style.green('✓'), outside: style.red('✗') }[one.verdict] ?? style.yellow('?')
        terminal.print(`${mark} ${one.says}`)
        terminal.note(
          style.dim(
            `${formatPoints(one.changed_answers)} % of the examples are answered in other words for another group${one.changed_labels === null ? '' : `, ${formatPoints(one.changed_labels)} % with another label`}; BLEU ${one.similarity.bleu.toFixed(2)}, ROUGE-L ${one.similarity.rouge_l.toFixed(2)}.`,
          ),
        )
        if (one.repeats) terminal.print(`  ${one.repeats.says}`)
        printTable(
          terminal,
          one.gaps
            .toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))
            .slice(0, 8),
          [
            { title: 'evaluator', value: ({ evaluator }) => evaluator },
            { title: 'groups', value: ({ first, second }) => `${second} − ${first}` },
            { title: 'points', value: ({ difference }) => formatPoints(difference), isNumber: true },
            { title: 'from', value: ({ low }) => formatPoints(low), isNumber: true },
            { title: 'to', value: ({ high }) => formatPoints(high), isNumber: true },
            { title: 'examples', value: ({ units }) => String(units), isNumber: true },
          ],
          'No two groups have scores.',
        )
      }
    })
}
