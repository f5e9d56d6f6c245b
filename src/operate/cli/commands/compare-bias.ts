import { Command, Option } from 'commander'
import { z } from 'zod'
import { datasetPath } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatPoints } from '../figures.ts'
import { collect, wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

const gap = z.object({ before: z.number(), after: z.number() })
const resultShape = z.looseObject({
  says: z.string(),
  verdict: z.string(),
  slice: z.string(),
  label: z.string(),
  parity: gap,
  true_positives: gap.nullable(),
  false_positives: gap.nullable(),
  accuracy: gap,
  slice_accuracy: gap,
  slice_accuracy_change: z.looseObject({ low: z.number() }),
})

interface Options {
  readonly slice?: readonly string[]
  readonly label?: string
  readonly text?: readonly string[]
  readonly weight?: string
  readonly predicted?: string
  readonly in?: string
  readonly seeds: number
  readonly by: string
}

export function compareBiasCommand(): Command {
  return new Command('compare')
    .description(
      'What a mitigation did to a classifier that learns from the data; exits 1 where it did not help',
    )
    .argument('<name>', 'the dataset')
    .argument('<before>', 'a branch, tag, number or id')
    .argument('<after>', 'the version that a mitigation made')
    .option(
      '--slice <column>',
      'by which (default: the columns with the role slice); again for more',
      collect,
    )
    .option('--label <column>', 'the label (default: the column with the role label)')
    .option(
      '--text <column>',
      'what it is told from (default: the columns with the role input); again for more',
      collect,
    )
    .option('--weight <column>', 'the column by which rows count (default: weight, where there is one)')
    .option('--predicted <label>', 'the label whose gap is compared (default: that of the largest)')
    .option('--in <slice>', 'the slice, as female (default: that of the largest gap)')
    .option('--seeds <count>', 'how often it is trained anew', wholeNumber(3, 30), 10)
    .addOption(
      new Option('--by <what>', 'what has to be better: the gap, or accuracy in the slice')
        .choices(['gap', 'accuracy'])
        .default('gap'),
    )
    .action(async (name: string, before: string, after: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { slice, text, in: of, by, ...given } = options
      const started = await api.read(`${datasetPath(name)}/bias-comparisons`, datasetTaskShape, {
        method: 'POST',
        body: {
          ...given,
          before,
          after,
          ...(slice && { slices: slice }),
          ...(text && { texts: text }),
          ...(of !== undefined && { slice: of }),
        },
      })
      const task = await followDatasetTask(session, started.id)
      const found = resultShape.parse(task.result)
      const isBetter = by === 'accuracy' ? found.slice_accuracy_change.low > 0 : found.verdict === 'smaller'
      if (!isBetter) process.exitCode = exitCodes.failed
      if (terminal.isJson) return terminal.printJson({ task: task.id, ...found })
      const mark = { smaller: terminal.style.green('✓'), larger: terminal.style.red('✗') }[found.verdict]
      terminal.print(`${mark ?? terminal.style.yellow('?')} ${found.says}`)
      const rows = [
        { what: `predicted ${found.label} in ${found.slice} − elsewhere`, of: found.parity },
        { what: `… of those that are ${found.label} (equal opportunity)`, of: found.true_positives },
        { what: `… of those that are not`, of: found.false_positives },
        { what: 'accuracy', of: found.accuracy },
        { what: `accuracy in ${found.slice}`, of: found.slice_accuracy },
      ]
      printTable(
        terminal,
        rows.flatMap(({ what, of: values }) => (values ? [{ what, ...values }] : [])),
        [
          { title: 'points', value: row => row.what },
          { title: 'before', value: row => formatPoints(row.before), isNumber: true },
          { title: 'after', value: row => formatPoints(row.after), isNumber: true },
        ],
        'Nothing was compared.',
      )
      terminal.note(terminal.style.dim(`Kept as the result of the task ${task.id}.`))
    })
}
