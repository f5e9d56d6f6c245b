import { Command } from 'commander'
import { z } from 'zod'

import { usageError } from '../command-error.ts'
import { datasetPath } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

const resultShape = z.looseObject({
  removed: z.number(),
  of: z.number(),
  version: z.string().nullable(),
  number: z.number().optional(),
  method: z.looseObject({
    bands: z.number(),
    rows: z.number(),
    expectedRecall: z.number(),
    compared: z.number(),
  }),
  examples: z.array(z.looseObject({ key: z.string(), of: z.string(), similarity: z.number() })),
})

interface Options {
  readonly branch: string
  readonly on: readonly string[]
  readonly similarity: number
  readonly keepLargest?: string
  readonly keepSmallest?: string
  readonly message?: string
  readonly dryRun?: true
}

export function deduplicateDatasetCommand(): Command {
  return new Command('deduplicate')
    .description('Publish a version without the rows that are nearly the same as one that stays')
    .argument('<name>', 'the dataset')
    .requiredOption('--on <columns...>', 'the columns whose texts are compared, together')
    .option('--similarity <share>', 'from which on two texts are the same, 0.3 to 1', Number, 0.9)
    .option('--branch <name>', 'the branch', 'main')
    .option('--keep-largest <column>', 'of those that are alike, the one with the largest value there stays')
    .option('--keep-smallest <column>', 'or the one with the smallest; the first by default')
    .option('-m, --message <text>', 'what the version says of itself')
    .option('--dry-run', 'only say what would go')
    .action(async (name: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      if (options.keepLargest !== undefined && options.keepSmallest !== undefined)
        throw usageError('--keep-largest and --keep-smallest do not go together.')
      const column = options.keepLargest ?? options.keepSmallest
      const started = await api.read(`${datasetPath(name)}/near-duplicates`, datasetTaskShape, {
        method: 'POST',
        body: {
          branch: options.branch,
          on: options.on,
          similarity: options.similarity,
          dry_run: options.dryRun === true,
          ...(options.message !== undefined && { message: options.message }),
          ...(column !== undefined && {
            prefer: { column, keep: options.keepLargest === undefined ? 'smallest' : 'largest' },
          }),
        },
      })
      const result = resultShape.parse((await followDatasetTask(session, started.id)).result)
      if (terminal.isJson) return terminal.printJson(result)
      const { style } = terminal
      for (const { key, of, similarity } of result.examples.slice(0, 5))
        terminal.print(
          `  ${printable(key)} ${style.dim(`is like ${printable(of)} (${similarity.toFixed(2)})`)}`,
        )
      const { bands, rows, expectedRecall, compared } = result.method
      terminal.print(
        style.dim(
          `${bands} bands of ${rows}: finds ${(expectedRecall * 100).toFixed(1)} % of the pairs at the threshold, more above; ${compared.toLocaleString('en-US')} pairs were compared`,
        ),
      )
      const counts = `${result.removed.toLocaleString('en-US')} of ${result.of.toLocaleString('en-US')} rows`
      if (result.version === null)
        terminal.print(
          `${counts} ${options.dryRun === true ? 'would go' : 'are nearly the same as another: there is nothing to do'}.`,
        )
      else terminal.print(`${style.green('✓')} Version ${result.number} is without ${counts}.`)
    })
}
