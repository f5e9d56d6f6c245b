import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { readReference } from '../dataset-reference.ts'
import { datasetBlameShape, datasetVersionShape, type WireOrigin } from '../dataset-wire.ts'
import { describeSource } from '../describe-source.ts'
import { formatTime } from '../figures.ts'
import { collect } from '../options.ts'
import { openSession } from '../session.ts'
import { printable, printTable } from '../table.ts'
import { shorten } from './log-dataset.ts'
import { z } from 'zod'

interface BlameOptions {
  readonly key: readonly string[]
  readonly column?: readonly string[]
  readonly tenant?: string
}

const versionShape = z.looseObject({ version: datasetVersionShape })

export function blameDatasetCommand(): Command {
  return new Command('blame')
    .description('Show which version gave each cell of rows its value, or removed the row')
    .argument('<reference>', 'NAME or NAME@REVISION')
    .requiredOption(
      '--key <key>',
      "a row: the value of its key, or the JSON list of the key's values; several times for several",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option('--column <name>', 'only this column; several times for several', collect)
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (text: string, options: BlameOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const { versionPath } = readReference(text)
      const query = { tenant: options.tenant }
      const { version } = await api.read(versionPath, versionShape, { query })
      const blame = await api.read(`${versionPath}/blame`, datasetBlameShape, {
        method: 'POST',
        query,
        body: { keys: options.key.map(key => readKey(key, version)), columns: options.column },
      })
      if (terminal.isJson) return terminal.printJson(blame)
      const origins = new Map(blame.origins.map(origin => [origin.number, origin]))
      for (const row of blame.rows) {
        terminal.print(terminal.style.bold(printable(row.key)))
        if (row.state === 'removed' && row.removed) {
          const origin = origins.get(row.removed.version)
          terminal.print(
            `  removed in version ${row.removed.version} ${describeOrigin(origin)}; version ${row.removed.last} still had it`,
          )
        } else if (row.state === 'unknown')
          terminal.print(
            blame.followed_to === null
              ? '  no version before this one ever had it'
              : `  no version as far back as ${blame.followed_to} had it`,
          )
        else
          printTable(
            terminal,
            row.cells,
            [
              { title: '  column', value: cell => `  ${cell.column}` },
              { title: 'version', value: cell => String(cell.version ?? '–'), isNumber: true },
              { title: 'how', value: cell => cell.kind ?? '' },
              { title: 'by', value: cell => origins.get(cell.version ?? 0)?.author ?? '' },
              { title: 'made', value: cell => formatTime(origins.get(cell.version ?? 0)?.created_at) },
              {
                title: 'from',
                value: cell => {
                  const origin = origins.get(cell.version ?? 0)
                  return origin ? describeSource(origin.source).slice(0, 40) : ''
                },
              },
              {
                title: 'message',
                value: cell => origins.get(cell.version ?? 0)?.message.slice(0, 40) ?? '',
              },
              { title: 'value', value: cell => shorten(row.row?.[cell.column], 40) },
            ],
            'It has no columns.',
          )
        terminal.print('')
      }
      if (blame.followed_to !== null)
        terminal.note(
          `The time was up at version ${blame.followed_to}: ask for fewer rows or columns, or raise \`datasets.queryTimeoutSeconds\`.`,
        )
    })
}

/** The value of a key of one column may be written as it is. */
function readKey(text: string, { key, columns }: z.output<typeof datasetVersionShape>): string {
  if (key.length === 0) return text
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list) && list.length === key.length) return JSON.stringify(list)
    } catch {
      // a text that begins so
    }
  }
  const [name] = key
  if (key.length > 1)
    throw usageError(
      `${text.slice(0, 60)} names no row: the key has ${key.length} columns (${key.join(', ')}).`,
      'Write the JSON list of their values, as `slipway dataset rows` shows it.',
    )
  const type = columns.find(column => column.name === name)?.type
  return type === 'string' || type === 'timestamp' ? JSON.stringify([text]) : `[${text}]`
}

function describeOrigin(origin: WireOrigin | undefined): string {
  if (!origin) return ''
  const message = origin.message === '' ? '' : `: ${origin.message}`
  return `by ${printable(origin.author)}, ${formatTime(origin.created_at)}, ${printable(describeSource(origin.source))}${printable(message)}`
}
