import { readFile } from 'node:fs/promises'

import { Command } from 'commander'
import { z } from 'zod'

import { describePublished } from '../describe-published.ts'
import { usageError } from '../command-error.ts'
import { datasetPath } from '../dataset-reference.ts'
import { datasetShape, publishedShape } from '../dataset-wire.ts'
import { openSession } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'

const shape = z.looseObject({ dataset: datasetShape, published: publishedShape.nullish() })

interface Options {
  readonly file: string
  readonly tenant?: string
  readonly publish: boolean
}

export function defineDatasetCommand(): Command {
  return new Command('define')
    .description('Put a definition in force: key, columns, splits, checks; makes the dataset where it is new')
    .argument('<name>')
    .requiredOption('-f, --file <file>', 'the definition as YAML; - reads standard input')
    .option('--no-publish', 'hold only later versions to it, not what `main` is at')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (name: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const definition = await readText(options.file)
      const answer = await api.read(`${datasetPath(name)}/definition`, shape, {
        method: 'PUT',
        query: { tenant: options.tenant },
        body: { definition, publish: options.publish },
      })
      if (terminal.isJson) return terminal.printJson(answer)
      terminal.print(
        `${terminal.style.green('✓')} ${name} is defined (${answer.dataset.definition.hash.slice(0, 12)}).`,
      )
      if (answer.published) describePublished(terminal, answer.published)
    })
}

async function readText(file: string): Promise<string> {
  if (file === '-') return await readStandardInput()
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  })
}
