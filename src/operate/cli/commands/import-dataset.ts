import { Command, Option } from 'commander'
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { z } from 'zod'

import { CommandError } from '../command-error.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { formatBytes } from '../figures.ts'
import { withInterrupt } from '../interrupt.ts'
import { sendFile } from '../send-file.ts'
import { sendFolder } from '../send-folder.ts'
import { openSession } from '../session.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'

interface Options {
  readonly format?: string
  readonly delimiter?: string
  readonly key?: string
  readonly branch?: string
  readonly message?: string
  readonly mode: string
  readonly define?: string
  readonly tenant?: string
}

const publishedShape = z.looseObject({
  version: z.looseObject({ number: z.number(), id: z.string(), rows: z.number() }),
  is_new: z.boolean(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  stored_bytes: z.number(),
})
const resultShape = z.looseObject({
  format: z.string(),
  compression: z.string(),
  why: z.string(),
  published: publishedShape,
})

export function importDatasetCommand(): Command {
  return new Command('import')
    .description(
      'Publish a file of rows as a version (JSONL, CSV, Parquet, chat, evals or promptfoo files), or a folder or an archive (tar, zip) of files',
    )
    .argument('<name>', 'the dataset; made where it is new')
    .argument('<file>', 'plain, or packed with gzip or zstd; or a folder, whose files become the rows')
    .option('--format <format>', 'what it is, where its content does not say it')
    .option('--delimiter <character>', 'what divides the fields of a table')
    .option(
      '--key <columns>',
      'the columns that name a row, with commas between them, where the dataset is new',
    )
    .option('--branch <name>', 'where to publish it (main)')
    .option('--message <text>', 'what it is, for the history')
    .addOption(
      new Option('--mode <mode>', 'whether rows that are not in the file go or stay')
        .choices(['all', 'upsert', 'append'])
        .default('all'),
    )
    .option('--define <file>', 'a definition (dataset.yaml) that is put in force with the rows')
    .option('--tenant <id>', 'whose dataset')
    .action(async (name: string, file: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const definition = options.define === undefined ? undefined : await readDefinition(options.define)
      const started = await withInterrupt(async signal => {
        const { tenant } = options
        const isFolder = await stat(file).then(
          found => found.isDirectory(),
          () => false,
        )
        const sent = isFolder
          ? await sendFolder(
              session,
              { folder: file, dataset: name, branch: options.branch ?? 'main', tenant },
              signal,
            )
          : {
              upload: await sendFile(api, terminal, { path: file, purpose: name, tenant }, signal),
              listing: undefined,
            }
        if ('files' in sent && sent.sentFiles < sent.files)
          terminal.note(
            terminal.style.dim(`${sent.sentFiles} of ${sent.files} files sent; the branch has the others.`),
          )
        return await api.read(`/api/datasets/${encodeURIComponent(name)}/imports`, datasetTaskShape, {
          method: 'POST',
          query: { tenant },
          signal,
          body: {
            upload: sent.upload,
            listing: sent.listing,
            file: isFolder ? `${basename(resolve(file))}.tar` : basename(file),
            format: options.format,
            delimiter: options.delimiter === '\\t' ? '\t' : options.delimiter,
            key: options.key?.split(',').map(column => column.trim()),
            branch: options.branch,
            message: options.message,
            mode: options.mode,
            definition,
          },
        })
      })
      const result = resultShape.parse((await followDatasetTask(session, started.id)).result)
      if (terminal.isJson) return terminal.printJson(result)
      const { published, format, compression, why } = result
      const { version } = published
      const packed = compression === 'none' ? '' : `, ${compression}`
      terminal.note(terminal.style.dim(`Read as ${format}${packed}: ${why}.`))
      if (!published.is_new)
        return terminal.print(`Nothing has changed: ${name} stays at version ${version.number}.`)
      const counts = `${version.rows} rows: ${published.added} added, ${published.changed} changed, ${published.removed} removed`
      terminal.print(
        `${terminal.style.green('✓')} ${name}@${version.number} (${version.id.slice(0, 12)}) · ${counts} · ${formatBytes(published.stored_bytes)} stored`,
      )
    })
}

async function readDefinition(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError('not_readable', `The definition ${file} cannot be read.`, { cause: error })
  }
}
