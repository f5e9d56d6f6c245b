import { Command } from 'commander'
import { readFile } from 'node:fs/promises'

import { CommandError } from '../command-error.ts'
import { openSession } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'
import { revisionShape } from '../wire.ts'

export function publishConfigCommand(): Command {
  return new Command('publish')
    .description('Put a configuration in force on all replicas')
    .argument('[file]', 'the file, or - for standard input (default: SLIPWAY_CONFIG or slipway.yaml)')
    .action(async (file: string | undefined, _options: unknown, command: Command) => {
      const { api, terminal, installation } = openSession(command)
      const name = file ?? installation.configFile
      const text = name === '-' ? await readStandardInput() : await readText(name)
      const revision = await api.read('/api/configuration/revisions', revisionShape, {
        method: 'POST',
        body: { text },
      })
      if (terminal.isJson) return terminal.printJson(revision)
      terminal.print(
        `${terminal.style.green('✓')} Revision ${revision.revision} is in force. ${terminal.style.dim(revision.hash)}`,
      )
    })
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError('not_found', `The file ${file} cannot be read.`, {
      mend: 'Name the file, or `-` for standard input.',
      cause: error,
    })
  }
}
