import { Command } from 'commander'
import { z } from 'zod'
import { datasetPath, readReference } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { collect, wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

const resultShape = z.looseObject({
  dataset: z.string(),
  number: z.number(),
  rows: z.number(),
  examples: z.record(z.string(), z.number()),
  left_out: z.record(z.string(), z.number()),
})

interface Options {
  readonly attribute?: readonly string[]
  readonly column?: readonly string[]
  readonly into?: string
  readonly introduce?: true
  readonly most: number
}

export function makeFormsCommand(): Command {
  return new Command('forms')
    .description('Make a dataset of examples in the form of each group, for an evaluation of parity')
    .argument('<reference>', 'the version: NAME, NAME@BRANCH, NAME@12')
    .option(
      '--attribute <name>',
      'what is swapped: gender, ethnicity-by-name, age …; again for more',
      collect,
    )
    .option('--column <name>', 'where (default: the columns with the role input); again for more', collect)
    .option('--into <name>', 'the dataset that holds them (default: NAME-counterfactuals)')
    .option('--introduce', 'put a sentence with a name before texts that give none')
    .option('--most <count>', 'examples of each attribute at most', wholeNumber(1, 50_000), 2_000)
    .action(async (text: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { name, revision } = readReference(text)
      const started = await api.read(`${datasetPath(name)}/counterfactuals`, datasetTaskShape, {
        method: 'POST',
        body: {
          revision,
          introduce: options.introduce === true,
          most: options.most,
          ...(options.attribute && { attributes: options.attribute }),
          ...(options.column && { columns: options.column }),
          ...(options.into !== undefined && { into: options.into }),
        },
      })
      const made = resultShape.parse((await followDatasetTask(session, started.id)).result)
      if (terminal.isJson) return terminal.printJson(made)
      const each = Object.entries(made.examples).map(([attribute, count]) => `${count} by ${attribute}`)
      terminal.print(
        `${terminal.style.green('✓')} ${made.dataset}@${made.number} has ${made.rows} rows: examples ${each.join(', ')}.`,
      )
      for (const [why, count] of Object.entries(made.left_out))
        terminal.note(terminal.style.dim(`${count} left out: ${why}.`))
      terminal.note(
        `Run a suite on it with \`slices: [attribute, group]\`, then \`slipway bias parity RUN\`.`,
      )
    })
}
