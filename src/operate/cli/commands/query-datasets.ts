import { Command } from 'commander'

import { readReference } from '../dataset-reference.ts'
import { datasetQueryShape, datasetRowsShape, datasetSplitsShape } from '../dataset-wire.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { readStandardInput } from '../standard-input.ts'
import { printTable } from '../table.ts'
import { shorten } from './log-dataset.ts'

export function queryDatasetsCommand(): Command {
  return new Command('query')
    .description('Ask one SELECT over versions, each a table: select count(*) from "support@12"')
    .argument('<sql>', '- reads standard input')
    .option('--limit <count>', 'rows at most', wholeNumber(1, 1_000_000))
    .option('--tenant <id>', 'the tenant that they belong to')
    .action(async (text: string, options: { limit?: number; tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const sql = text === '-' ? await readStandardInput() : text
      const result = await api.read('/api/datasets/query', datasetQueryShape, {
        method: 'POST',
        query: { tenant: options.tenant },
        body: { sql, limit: options.limit },
      })
      if (terminal.isJson) return terminal.printJson(result)
      const isNumber = /INT|DOUBLE|DECIMAL|FLOAT/
      printTable(
        terminal,
        result.rows,
        result.columns.map(({ name, type }, index) => ({
          title: name,
          value: row => (typeof row[index] === 'string' ? shortText(row[index]) : shorten(row[index], 60)),
          isNumber: isNumber.test(type),
        })),
        'No rows.',
      )
      if (result.is_cut)
        terminal.note(terminal.style.dim('There are more rows: ask for less, or raise --limit.'))
    })
}

function shortText(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

interface RowsOptions {
  readonly where?: string
  readonly columns?: string
  readonly limit: number
  readonly cursor?: string
  readonly tenant?: string
}

export function listDatasetRowsCommand(): Command {
  return new Command('rows')
    .description('Print rows of a version as JSON lines, one with its key each')
    .argument('<reference>', 'NAME, NAME@REVISION or NAME@REVISION:SPLIT')
    .option('--where <condition>', 'in SQL: "language = \'de\' and length(input) > 10"')
    .option('--columns <names>', 'only these, with commas between')
    .option('--limit <count>', 'how many', wholeNumber(1, 1_000), 20)
    .option('--cursor <cursor>', 'go on where an earlier page ended')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (text: string, options: RowsOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const { versionPath, split } = readReference(text)
      const page = await api.read(`${versionPath}/rows`, datasetRowsShape, { query: { ...options, split } })
      if (terminal.isJson) return terminal.printJson(page)
      for (const one of page.data) terminal.printJson(one)
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}

export function countSplitsCommand(): Command {
  return new Command('splits')
    .description('Show how many rows each split of a version has')
    .argument('<reference>')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (text: string, options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const { versionPath } = readReference(text)
      const splits = await api.read(`${versionPath}/splits`, datasetSplitsShape, { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(splits)
      printTable(
        terminal,
        splits.data,
        [
          { title: 'split', value: split => split.name },
          { title: 'rows', value: split => String(split.rows), isNumber: true },
          { title: 'share', value: split => `${(split.share * 100).toFixed(2)} %`, isNumber: true },
        ],
        'It has no splits.',
      )
      terminal.note(
        terminal.style.dim(
          `Decided by ${splits.by.join(', ') || 'the content of the row'}, with the salt "${splits.salt}".`,
        ),
      )
    })
}
