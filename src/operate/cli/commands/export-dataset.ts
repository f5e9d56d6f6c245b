import { Command, Option } from 'commander'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'

import { CommandError } from '../command-error.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import { checkEmptyFolder, unpackFiles } from '../unpack-files.ts'
import { openSession } from '../session.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

interface Options {
  readonly output?: string
  readonly to?: string
  readonly format?: string
  readonly compression?: string
  readonly tenant?: string
}

const resultShape = z.looseObject({ bytes: z.number(), name: z.string(), number: z.number() })
const formats = [
  'jsonl',
  'csv',
  'tsv',
  'parquet',
  'openai-chat',
  'openai-preference',
  'openai-evals',
  'openai-eval-items',
  'promptfoo',
  'tar',
]

export function exportDatasetCommand(): Command {
  return new Command('export')
    .description('Write the rows of a version as a file, or the files of a version into a folder')
    .argument('<reference>', 'NAME, NAME@BRANCH, NAME@TAG or NAME@12; :SPLIT behind it for one split')
    .option('-o, --output <file>', 'where to; - is standard output')
    .option('--to <folder>', 'where to write the files of a dataset of files; it is made, or empty')
    .addOption(
      new Option('--format <format>', 'by default what the name of the file says, else jsonl').choices(
        formats,
      ),
    )
    .addOption(
      new Option('--compression <name>', 'by default what the name says').choices(['none', 'gzip', 'zstd']),
    )
    .option('--tenant <id>', 'whose dataset')
    .action(async (reference: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { tenant } = options
      const [, name = '', revision = 'main', split] =
        /^([^@:]+)(?:@([^:]+))?(?::(.+))?$/.exec(reference) ?? []
      if (name === '') throw new CommandError('invalid_argument', `${reference} names no dataset.`)
      if (options.to !== undefined) {
        if (options.output !== undefined || options.format !== undefined)
          throw new CommandError('invalid_argument', '--to writes files: leave out -o and --format.')
        checkEmptyFolder(options.to)
      }
      const output = options.to === undefined ? (options.output ?? '-') : `${resolve(options.to)}.partial.tar`
      if (output === '-' && terminal.isJson)
        throw new CommandError('invalid_argument', 'With --json the rows need a file of their own.', {
          mend: 'Add -o FILE.',
        })
      const started = await api.read(`/api/datasets/${encodeURIComponent(name)}/exports`, datasetTaskShape, {
        method: 'POST',
        query: { tenant },
        body: {
          revision,
          split,
          format: options.format ?? formatOf(output),
          compression: options.compression ?? compressionOf(output),
        },
      })
      const task = await followDatasetTask(session, started.id)
      await withInterrupt(async signal => {
        const result = resultShape.parse(task.result)
        const place = `/api/dataset-exports/${task.id}/file`
        const response = await api.send(place, { signal, accept: 'application/octet-stream' })
        if (!response.body) throw new CommandError('unexpected_answer', 'The export came without its file.')
        const body = Readable.fromWeb(response.body as unknown as NodeReadableStream<Uint8Array>)
        if (output === '-') await pipeline(body, process.stdout, { signal, end: false })
        else if (options.to !== undefined)
          try {
            await pipeline(body, createWriteStream(output), { signal })
            const files = await unpackFiles(output, options.to, signal)
            if (terminal.isJson) terminal.printJson({ ...result, folder: options.to, files })
            else
              terminal.note(
                `${terminal.style.green('✓')} ${name}@${result.number} · ${files} files · ${options.to}`,
              )
          } finally {
            await rm(output, { force: true })
          }
        else {
          const partial = `${output}.partial`
          try {
            await pipeline(body, createWriteStream(partial), { signal })
            await rename(partial, output)
          } catch (error) {
            await rm(partial, { force: true })
            throw error
          }
        }
        await api.send(place, { method: 'DELETE' }).catch(() => undefined)
        if (options.to !== undefined) return
        if (terminal.isJson) return terminal.printJson({ ...result, file: output })
        terminal.note(
          `${terminal.style.green('✓')} ${name}@${result.number} · ${formatBytes(result.bytes)}${output === '-' ? '' : ` · ${output}`}`,
        )
      })
    })
}

function formatOf(output: string): string {
  const [, extension = 'jsonl'] =
    /\.(tar|csv|tsv|parquet|yaml|yml|jsonl|ndjson)(?:\.(?:gz|zst))?$/.exec(output) ?? []
  if (extension === 'yaml' || extension === 'yml') return 'promptfoo'
  return extension === 'ndjson' ? 'jsonl' : extension
}

function compressionOf(output: string): string {
  if (output.endsWith('.gz')) return 'gzip'
  return output.endsWith('.zst') ? 'zstd' : 'none'
}
