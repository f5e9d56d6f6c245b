import { Command, Option } from 'commander'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { CommandError } from '../command-error.ts'
import { readSuiteFile, withSuiteErrors } from '../evaluation/read-suite-file.ts'
import { collect } from '../options.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly format: string
  readonly name: string
  readonly dataset: string
  readonly release: readonly string[]
  readonly judge?: string
  readonly embedder?: string
  readonly eval?: string
  readonly output?: string
}

const importedShape = z.looseObject({
  text: z.string(),
  notes: z.array(z.string()),
  samples: z.string().nullish(),
  needs: z.string().nullish(),
})

export function importSuiteCommand(): Command {
  return new Command('import')
    .description(
      'Make a suite of a configuration of promptfoo, or an eval of OpenAI’s API or registry; says what is not taken over',
    )
    .argument('<file>', 'promptfooconfig.yaml, the eval as JSON, or a file of registry/evals')
    .addOption(
      new Option('--format <format>', 'as which')
        .choices(['promptfoo', 'openai-evals', 'openai-registry'])
        .default('promptfoo'),
    )
    .requiredOption('--name <suite>', 'what the suite is called')
    .requiredOption('--dataset <name>', 'the dataset that its tests were imported into')
    .requiredOption('--release <release>', 'who is asked; may come several times', collect)
    .option('--judge <service>', 'who judges, where the file has judges')
    .option('--embedder <service>', 'who embeds, where the file compares by meaning')
    .option('--eval <name>', 'which eval of a file of the registry')
    .option('-o, --output <file>', 'into a file instead of standard output')
    .action(async (file: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const text = await readSuiteFile(file)
      const { release, output, ...rest } = options
      const make = async (modelgraded?: string) =>
        await withSuiteErrors(file, () =>
          api.read('/api/evaluation-suites/import', importedShape, {
            method: 'POST',
            body: { ...rest, text, releases: release, modelgraded },
          }),
        )
      let made = await make()
      if (typeof made.needs === 'string')
        made = await make(await readSuiteFile(inRegistry(file, 'modelgraded', `${made.needs}.yaml`)))
      if (terminal.isJson) return terminal.printJson(made)
      if (output === undefined) terminal.write(made.text)
      else
        await writeFile(output, made.text).catch((error: unknown) => {
          throw new CommandError('not_written', `The suite could not be written to ${output}.`, {
            cause: error,
          })
        })
      for (const note of made.notes) terminal.note(terminal.style.yellow(`  ${note}`))
      if (typeof made.samples === 'string')
        terminal.note(
          `  Its examples: slipway dataset import ${options.dataset} ${inRegistry(file, 'data', made.samples)}`,
        )
      if (output !== undefined) terminal.note(`  Check it with \`slipway eval check ${output}\`.`)
    })
}

/** A file of the registry that the eval is of: `registry/evals/x.yaml` has `registry/data` and `registry/modelgraded` beside it. */
function inRegistry(file: string, folder: 'data' | 'modelgraded', name: string): string {
  return path.join(path.dirname(file), '..', folder, name)
}
