import { Command } from 'commander'

import { usageError } from '../command-error.ts'
import { datasetPath, readReference } from '../dataset-reference.ts'
import { datasetDiffShape, datasetRefShape, datasetVersionShape } from '../dataset-wire.ts'
import { formatBytes, formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printable, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { listOf } from '../wire.ts'
import { z } from 'zod'

const logShape = listOf(datasetVersionShape).extend({ refs: z.array(datasetRefShape) })

interface LogOptions {
  readonly tenant?: string
  readonly limit: number
  readonly cursor?: string
}

export function logDatasetCommand(): Command {
  return new Command('log')
    .description('List versions, the newest first: all of NAME, or those that NAME@REVISION comes from')
    .argument('<reference>')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 30)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (text: string, options: LogOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const { name, revision } = readReference(text)
      const page = await api.read(`${datasetPath(name)}/versions`, logShape, {
        query: { ...options, from: text.includes('@') ? revision : undefined },
      })
      if (terminal.isJson) return terminal.printJson(page)
      const names = new Map<string, string[]>()
      for (const ref of page.refs) names.set(ref.version, [...(names.get(ref.version) ?? []), ref.name])
      printTable(
        terminal,
        page.data,
        [
          { title: 'version', value: version => String(version.number), isNumber: true },
          { title: 'id', value: version => version.id.slice(0, 12) },
          { title: 'refs', value: version => (names.get(version.id) ?? []).join(', ') },
          { title: 'rows', value: version => String(version.rows), isNumber: true },
          { title: 'size', value: version => formatBytes(version.bytes), isNumber: true },
          { title: 'from', value: version => version.source.kind },
          { title: 'by', value: version => version.author },
          { title: 'made', value: version => formatTime(version.created_at) },
          { title: 'message', value: version => version.message.slice(0, 60) },
        ],
        'There is no version yet.',
      )
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}

interface DiffOptions {
  readonly tenant?: string
  readonly kind?: string
  readonly limit: number
  readonly cursor?: string
}

export function diffDatasetCommand(): Command {
  return new Command('diff')
    .description('Show how rows differ between two versions: NAME@A NAME@B, or NAME@A B')
    .argument('<from>')
    .argument('<to>')
    .option('--kind <kind>', 'only rows that are added, changed or removed')
    .option('--limit <count>', 'how many rows to show', wholeNumber(1, 1_000), 20)
    .option('--cursor <cursor>', 'go on where an earlier page ended')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (left: string, right: string, options: DiffOptions, command: Command) => {
      const { api, terminal } = openSession(command)
      const from = readReference(left)
      const to = right.startsWith(`${from.name}@`) || right === from.name ? readReference(right) : undefined
      if (!to && right.includes('@'))
        throw usageError(
          'Two versions of one dataset are compared.',
          `Write ${left} ${from.name}@${right.split('@')[1] ?? ''}.`,
        )
      const diff = await api.read(`${datasetPath(from.name)}/diff`, datasetDiffShape, {
        query: { ...options, from: from.revision, to: to?.revision ?? right },
      })
      if (terminal.isJson) return terminal.printJson(diff)
      const { counts } = diff
      if (counts) {
        terminal.print(
          `${diff.from.number} → ${diff.to.number}: ${counts.added} added, ${counts.changed} changed, ${counts.removed} removed, ${counts.unchanged} unchanged`,
        )
        const columns = Object.entries(counts.columns)
        if (columns.length > 0)
          terminal.print(
            terminal.style.dim(
              `changed in: ${columns.map(([column, rows]) => `${printable(column)} ${rows}`).join(', ')}`,
            ),
          )
      }
      for (const change of diff.data) printChange(terminal, change)
      if (typeof diff.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor '${diff.next_cursor}'`))
    })
}

function printChange(terminal: Terminal, change: z.output<typeof datasetDiffShape>['data'][number]): void {
  const { style } = terminal
  if (change.kind === 'added')
    return terminal.print(
      style.green(`+ ${printable(change.key)} ${shorten(change.after, terminal.columns - 20)}`),
    )
  if (change.kind === 'removed')
    return terminal.print(
      style.red(`- ${printable(change.key)} ${shorten(change.before, terminal.columns - 20)}`),
    )
  terminal.print(style.yellow(`~ ${printable(change.key)}`))
  for (const column of change.columns) {
    terminal.print(
      style.red(`    - ${printable(column)}: ${shorten(change.before?.[column], terminal.columns - 20)}`),
    )
    terminal.print(
      style.green(`    + ${printable(column)}: ${shorten(change.after?.[column], terminal.columns - 20)}`),
    )
  }
}

export function shorten(value: unknown, most: number): string {
  const text = printable(JSON.stringify(value ?? null))
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text
}
