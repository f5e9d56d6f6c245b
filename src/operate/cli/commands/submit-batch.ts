import { Command } from 'commander'
import { constants, openAsBlob } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'

import { CommandError } from '../command-error.ts'
import { formatBytes } from '../figures.ts'
import { openSession } from '../session.ts'
import { fileShape, ownBatchShape } from '../wire.ts'
import { followBatch } from './watch-batch.ts'

interface Options {
  readonly endpoint: string
  readonly window: string
  readonly watch?: true
}

export function submitBatchCommand(): Command {
  return new Command('submit')
    .description('Upload a file of requests, one on each line, and have them answered when there is room')
    .argument('<file>', 'lines of {"custom_id", "method": "POST", "url", "body"}')
    .option('--endpoint <path>', 'what the lines ask: the `url` of each', '/v1/chat/completions')
    .option('--window <span>', 'how long it may take: 30m, 24h, 7d', '24h')
    .option('--watch', 'follow it until it has ended')
    .action(async (path: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const form = new FormData()
      form.set('purpose', 'batch')
      form.set('file', await openFile(path), basename(path))
      const file = await api.read('/v1/files', fileShape, { method: 'POST', form })
      terminal.note(terminal.style.dim(`${formatBytes(file.bytes)} uploaded as ${file.id}.`))
      const batch = await api.read('/v1/batches', ownBatchShape, {
        method: 'POST',
        body: {
          input_file_id: file.id,
          endpoint: options.endpoint,
          completion_window: options.window,
        },
      })
      if (options.watch === true) return await followBatch(session, batch.id)
      if (terminal.isJson) return terminal.printJson(batch)
      terminal.print(`${terminal.style.green('✓')} ${batch.id} is being checked.`)
      terminal.note(`  Follow it with \`slipway batch watch ${batch.id}\`.`)
    })
}

async function openFile(path: string): Promise<Blob> {
  try {
    await access(path, constants.R_OK)
    return await openAsBlob(path)
  } catch (error) {
    throw new CommandError('not_readable', `The file ${path} cannot be read.`, {
      mend: 'Name a file of requests, one JSON object on each line; docs/batches.md has an example.',
      cause: error,
    })
  }
}
