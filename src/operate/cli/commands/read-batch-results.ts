import { Command } from 'commander'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

import { CommandError } from '../command-error.ts'
import { openSession } from '../session.ts'
import { ownBatchShape } from '../wire.ts'

interface Options {
  readonly errors?: true
  readonly output?: string
}

export function readBatchResultsCommand(): Command {
  return new Command('results')
    .description('Print the answers of a batch, one JSON object on each line; of one that runs, those so far')
    .argument('<id>', 'as `slipway batch list` shows it')
    .option('--errors', 'the lines that failed, in place of those that were answered')
    .option('--output <file>', 'write them to a file')
    .action(async (id: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const batch = await api.read(`/v1/batches/${encodeURIComponent(id)}`, ownBatchShape)
      const file = options.errors === true ? batch.error_file_id : batch.output_file_id
      if (typeof file !== 'string') throw nothingThere(batch.status, options.errors === true)
      const { body } = await api.send(`/v1/files/${file}/content`)
      if (body === null) return
      const lines = body as unknown as AsyncIterable<Uint8Array>
      if (options.output === undefined) return await pipeline(lines, process.stdout, { end: false })
      await pipeline(lines, createWriteStream(options.output))
      terminal.note(`${terminal.style.green('✓')} ${options.output} is written.`)
    })
}

function nothingThere(status: string, isErrors: boolean): CommandError {
  const text = isErrors ? 'No line of this batch has failed.' : 'No line of this batch is answered.'
  return new CommandError('no_results', `${text} It is ${status.replace('_', ' ')}.`, {
    mend: isErrors
      ? 'Leave out --errors for the answers.'
      : '`slipway batch results <id> --errors` has the lines that failed, `slipway batch watch <id>` what is wrong.',
  })
}
