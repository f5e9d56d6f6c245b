import { Command } from 'commander'
import { z } from 'zod'

import { CommandError, usageError } from '../command-error.ts'
import { readDeclaredFile, withFileErrors } from '../declared-file.ts'
import { modelShape } from '../registry/model-wire.ts'
import { readModelReference } from '../registry/model-reference.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly name?: string
  readonly because?: string
  readonly tenant?: string
}

export function defineModelCommand(): Command {
  return new Command('define')
    .description('Put the rules of a model in force: which aliases are protected, and by what')
    .argument('<file>', 'the YAML of a model; docs/registry.md has an example')
    .option('--name <model>', 'where the file does not say it; made where it is new')
    .option('--because <reason>', 'why, for the history')
    .option('--tenant <id>', 'whose model')
    .action(async (file: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const definition = await readDeclaredFile(
        file,
        'Name the YAML of a model; docs/registry.md has an example.',
      )
      const { name, modelPath } = readModelReference(options.name ?? (await nameIn(definition)))
      const query = { tenant: options.tenant }
      const model = await withFileErrors(file, 'model.yaml', async () => {
        const isThere = await api.read(modelPath, modelShape, { query }).catch((error: unknown) => {
          if (error instanceof CommandError && error.code === 'not_found') return undefined
          throw error
        })
        return await api.read(isThere ? modelPath : '/api/models', modelShape, {
          query,
          ...(isThere
            ? { method: 'PATCH', body: { definition, reason: options.because } }
            : { method: 'POST', body: { name, definition } }),
        })
      })
      if (terminal.isJson) return terminal.printJson(model)
      const { protected: held } = model
      terminal.print(
        `${terminal.style.green('✓')} ${name} protects ${held.length > 0 ? held.join(', ') : 'no alias'}.`,
      )
    })
}

const named = z.looseObject({ model: z.string() })

async function nameIn(definition: string): Promise<string> {
  let value: unknown
  try {
    const { parse } = await import('yaml')
    value = parse(definition)
  } catch {
    // the server says what is wrong, where it is told of which model
  }
  const found = named.safeParse(value)
  if (found.success) return found.data.model
  throw usageError(
    'The file does not say which model it is of.',
    'Write `model: NAME` into it, or add --name NAME.',
  )
}
