import { Command, Option } from 'commander'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommandError } from '../command-error.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly format: string
  readonly output?: string
}

export function exportEvaluationCommand(): Command {
  return new Command('export')
    .description('Write a run out: every answer with its scores, or JUnit’s XML')
    .argument('<id>', 'as `slipway eval list` shows it')
    .addOption(new Option('--format <format>', 'as which').choices(['jsonl', 'junit']).default('jsonl'))
    .option('-o, --output <file>', 'into a file instead of standard output')
    .action(async (id: string, { format, output }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/evaluations/${encodeURIComponent(id)}/export`
      const response = await api.send(path, { query: { format }, accept: '*/*' })
      if (response.body === null) return
      try {
        const into = output === undefined ? process.stdout : createWriteStream(output)
        await pipeline(Readable.fromWeb(response.body as never), into, { end: output !== undefined })
      } catch (error) {
        throw new CommandError(
          'not_written',
          `The run could not be written${output === undefined ? '' : ` to ${output}`}.`,
          {
            cause: error,
          },
        )
      }
      if (output !== undefined) terminal.note(terminal.style.dim(`  ${output}`))
    })
}
