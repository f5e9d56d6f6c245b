import { Command } from 'commander'
import { z } from 'zod'
import { comparisonShape } from '../evaluation/eval-wire.ts'
import { renderComparisons } from '../evaluation/render-report.ts'
import { decimal } from '../options.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly baselineRelease?: string
  readonly release?: string
  readonly margin?: number
  readonly confidence?: number
}

const comparedShape = z.looseObject({
  comparisons: z.array(comparisonShape),
  shared_examples: z.number(),
  notes: z.array(z.string()),
})

export function compareEvaluationsCommand(): Command {
  return new Command('compare')
    .description('Hold a release of one run against one of another, or two of the same run')
    .argument('<baseline>', 'the run that is held against')
    .argument('[challenger]', 'the other run; the same by default')
    .option('--baseline-release <name>', 'of the first run: its baseline by default')
    .option('--release <name>', 'of the second run: the first that is not its baseline, by default')
    .option('--margin <share>', 'differences up to it do not matter', decimal(0, 1))
    .option('--confidence <share>', 'of the intervals', decimal(0.5, 0.999))
    .action(async (baseline: string, challenger: string | undefined, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const compared = await api.read('/api/evaluations/compare', comparedShape, {
        query: {
          baseline,
          challenger: challenger ?? baseline,
          baseline_release: options.baselineRelease,
          challenger_release: options.release,
          margin: options.margin,
          confidence: options.confidence,
        },
      })
      if (terminal.isJson) return terminal.printJson(compared)
      renderComparisons(terminal, compared.comparisons)
      terminal.note(terminal.style.dim(`  ${compared.shared_examples} examples are in both.`))
      for (const note of compared.notes) terminal.note(terminal.style.yellow(`  ${note}`))
    })
}
