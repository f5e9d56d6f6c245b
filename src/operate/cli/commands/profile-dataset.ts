import { Command } from 'commander'
import { z } from 'zod'

import type { ColumnProfile } from '../../../improve/datasets/index.ts'
import { readReference } from '../dataset-reference.ts'
import { openSession } from '../session.ts'
import { printable, printTable } from '../table.ts'

const profileShape = z.looseObject({
  number: z.number(),
  rows: z.number(),
  columns: z.array(z.custom<ColumnProfile>(value => typeof value === 'object' && value !== null)),
})

export function profileDatasetCommand(): Command {
  return new Command('profile')
    .description('Show what the rows of a version look like, column by column')
    .argument('<reference>', 'NAME, NAME@BRANCH, NAME@TAG, NAME@12')
    .action(async (reference: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const profile = await api.read(`${readReference(reference).versionPath}/profile`, profileShape)
      if (terminal.isJson) return terminal.printJson(profile)
      terminal.note(`Version ${profile.number}: ${profile.rows.toLocaleString('en-US')} rows.`)
      printTable(
        terminal,
        profile.columns,
        [
          { title: 'column', value: column => column.name },
          { title: 'type', value: column => column.type },
          { title: 'role', value: column => column.role ?? '' },
          { title: 'none', value: column => shareOf(column.nulls, column.rows), isNumber: true },
          { title: 'distinct', value: distinctOf, isNumber: true },
          { title: 'values', value: describeValues },
          { title: 'spread', value: drawHistogram },
        ],
        'It has no columns.',
      )
    })
}

function shareOf(part: number, whole: number): string {
  return part === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}

function distinctOf({ distinct }: ColumnProfile): string {
  return `${distinct.isExact ? '' : '≈ '}${distinct.count.toLocaleString('en-US')}`
}

function describeValues({ numbers, lengths, top, languages, chat, type }: ColumnProfile): string {
  const parts: string[] = []
  if (numbers)
    parts.push(
      type === 'timestamp'
        ? `${new Date(numbers.min * 1_000).toISOString().slice(0, 10)} … ${new Date(numbers.max * 1_000).toISOString().slice(0, 10)}`
        : `${short(numbers.min)} … ${short(numbers.max)}, mean ${short(numbers.mean)}`,
    )
  if (chat) parts.push(`${short(chat.turns.mean)} messages each, ${chat.toolCalls} tool calls`)
  else if (top.length > 0 && top.length <= 20)
    parts.push(
      top
        .slice(0, 3)
        .map(({ value, count }) => `${printable(value.slice(0, 24))} ${count}`)
        .join(', '),
    )
  else if (lengths) parts.push(`${lengths.min} … ${lengths.max} characters, mean ${short(lengths.mean)}`)
  const [language] = languages?.shares ?? []
  if (language) parts.push(`${language.language} ${(language.share * 100).toFixed(0)} %`)
  return parts.join('; ')
}

const bars = '▁▂▃▄▅▆▇█'

function drawHistogram({ numbers, lengths }: ColumnProfile): string {
  const counts = (numbers ?? lengths)?.histogram?.counts ?? []
  const most = Math.max(1, ...counts)
  return counts
    .map(count => (count === 0 ? ' ' : (bars[Math.min(7, Math.floor((8 * count) / most))] ?? ' ')))
    .join('')
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 4 })
}
