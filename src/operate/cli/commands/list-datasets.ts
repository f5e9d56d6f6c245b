import { Command } from 'commander'

import { datasetPath, readReference } from '../dataset-reference.ts'
import { showVersion } from '../show-version.ts'
import { datasetShape } from '../dataset-wire.ts'
import { formatBytes, formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printFields, printTable } from '../table.ts'
import { listOf } from '../wire.ts'

interface ListOptions {
  readonly tenant?: string
  readonly limit: number
  readonly cursor?: string
}

export function listDatasetsCommand(): Command {
  return new Command('list')
    .description('List datasets, each with what its branch `main` is at')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: ListOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const page = await api.read('/api/datasets', listOf(datasetShape), { query: { ...options } })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'name', value: dataset => dataset.name },
          { title: 'tenant', value: dataset => dataset.tenant },
          { title: 'version', value: ({ head }) => (head ? String(head.number) : '–'), isNumber: true },
          { title: 'rows', value: ({ head }) => (head ? String(head.rows) : '–'), isNumber: true },
          { title: 'size', value: ({ head }) => (head ? formatBytes(head.bytes) : '–'), isNumber: true },
          { title: 'key', value: dataset => dataset.key.join(', ') || '(content)' },
          { title: 'changed', value: ({ head }) => formatTime(head?.created_at) },
        ],
        'There are no datasets: make one with `slipway dataset import NAME FILE`.',
      )
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}

export function showDatasetCommand(): Command {
  return new Command('show')
    .description('Show a dataset, or with @REVISION how that version was made and what making it again takes')
    .argument('<reference>', 'NAME or NAME@REVISION')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .option('--definition', 'print its definition and nothing else')
    .action(async (text: string, options: { tenant?: string; definition?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const { name } = readReference(text)
      if (text.includes('@')) return await showVersion(api, terminal, text, options)
      const dataset = await api.read(datasetPath(name), datasetShape, { query: { tenant: options.tenant } })
      if (options.definition) return terminal.write(dataset.definition.text)
      if (terminal.isJson) return terminal.printJson(dataset)
      const { head } = dataset
      printFields(terminal, [
        ['name', dataset.name],
        ['tenant', dataset.tenant],
        ['description', dataset.description || undefined],
        ['key', dataset.key.join(', ') || 'none: rows are named by their content'],
        [
          'splits',
          dataset.splits?.map(({ name: part, share }) => `${part} ${(share * 100).toFixed(1)} %`).join(', '),
        ],
        [
          'version',
          head && `${head.number} (${head.id.slice(0, 12)}) · ${head.rows} rows · ${formatBytes(head.bytes)}`,
        ],
        ['by', head && `${head.author}, ${formatTime(head.created_at)}: ${head.message || head.source.kind}`],
        ['columns', head?.columns.map(column => `${column.name} ${column.type}`).join(', ')],
      ])
      if (dataset.refs.length === 0) return terminal.note('It has no version yet.')
      terminal.print('')
      printTable(
        terminal,
        dataset.refs,
        [
          { title: 'ref', value: ref => ref.name },
          { title: 'kind', value: ref => ref.kind },
          { title: 'version', value: ref => String(ref.number), isNumber: true },
          { title: 'id', value: ref => ref.version.slice(0, 12) },
          { title: 'by', value: ref => ref.author },
          { title: 'moved', value: ref => formatTime(ref.updated_at) },
        ],
        '',
      )
    })
}
