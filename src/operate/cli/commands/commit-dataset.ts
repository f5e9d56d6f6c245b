import { readFile } from 'node:fs/promises'

import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { datasetPath, readReference } from '../dataset-reference.ts'
import { datasetVersionShape, publishedShape } from '../dataset-wire.ts'
import { describePublished } from '../describe-published.ts'
import { openSession } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'
import { z } from 'zod'

interface Options {
  readonly file?: string
  readonly delete?: string[]
  readonly message: string
  readonly parent?: string
  readonly tenant?: string
}

export function commitDatasetCommand(): Command {
  return new Command('commit')
    .description('Publish single rows, put and deleted, as a new version; whole files come with `import`')
    .argument('<reference>', 'NAME or NAME@BRANCH')
    .option('-f, --file <file>', 'rows to put, as JSON lines; - reads standard input')
    .option(
      '--delete <key>',
      'the key of a row that goes, as `rows` prints it; may come several times',
      (key, keys: string[] | undefined) => [...(keys ?? []), key],
    )
    .option('-m, --message <text>', 'what the version is about', '')
    .option('--parent <revision>', 'refuse unless the branch is at it; or where a new branch begins')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (text: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { name, revision } = readReference(text)
      const upserts = options.file === undefined ? [] : await readRows(options.file)
      const query = { tenant: options.tenant }
      const parent =
        options.parent === undefined
          ? undefined
          : (
              await api.read(
                readReference(`${name}@${options.parent}`).versionPath,
                z.looseObject({ version: datasetVersionShape }),
                { query },
              )
            ).version.id
      const published = await api.read(`${datasetPath(name)}/commits`, publishedShape, {
        method: 'POST',
        query,
        body: { branch: revision, parent, message: options.message, upserts, deletes: options.delete ?? [] },
      })
      if (terminal.isJson) return terminal.printJson(published)
      describePublished(terminal, published)
    })
}

async function readRows(file: string): Promise<unknown[]> {
  const text =
    file === '-'
      ? await readStandardInput()
      : await readFile(file, 'utf8').catch((error: unknown) => {
          throw usageError(
            `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
          )
        })
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [JSON.parse(line) as unknown]
    } catch (error) {
      throw usageError(
        `Line ${index + 1} of ${file} is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
      )
    }
  })
}
