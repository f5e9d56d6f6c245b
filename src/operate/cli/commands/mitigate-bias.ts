import { Command, Option } from 'commander'
import { z } from 'zod'
import { datasetPath } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { collect } from '../options.ts'
import { openSession } from '../session.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

const resultShape = z.looseObject({
  number: z.number(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  says: z.string(),
})

interface Options {
  readonly method: string
  readonly branch: string
  readonly onto?: string
  readonly slice?: readonly string[]
  readonly label?: string
  readonly weight?: string
  readonly attribute?: readonly string[]
  readonly message?: string
}

export function mitigateBiasCommand(): Command {
  return new Command('mitigate')
    .description('Publish a version whose labels hang less on its slices')
    .argument('<name>', 'the dataset')
    .addOption(
      new Option('--method <method>', 'what is done')
        .choices(['reweigh', 'undersample', 'oversample', 'augment'])
        .makeOptionMandatory(),
    )
    .option('--branch <name>', 'where it begins', 'main')
    .option('--onto <branch>', 'the branch that gets the version, made where it is new')
    .option(
      '--slice <column>',
      'by which (default: the columns with the role slice); again for more',
      collect,
    )
    .option('--label <column>', 'the label (default: the column with the role label)')
    .option('--weight <column>', 'the column that reweigh writes')
    .option('--attribute <name>', 'what augment swaps; again for more', collect)
    .option('-m, --message <text>', 'what the version says of itself')
    .action(async (name: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { slice, attribute, ...given } = options
      const started = await api.read(`${datasetPath(name)}/mitigations`, datasetTaskShape, {
        method: 'POST',
        body: { ...given, ...(slice && { slices: slice }), ...(attribute && { attributes: attribute }) },
      })
      const made = resultShape.parse((await followDatasetTask(session, started.id)).result)
      if (terminal.isJson) return terminal.printJson(made)
      terminal.print(
        `${terminal.style.green('✓')} Version ${made.number}: ${made.says}. ${made.added} rows more, ${made.changed} changed, ${made.removed} less.`,
      )
    })
}
