import { formatTime } from '../figures.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { DriftDetail } from './drift-wire.ts'

type Report = NonNullable<DriftDetail['report']>

export function printDrift(terminal: Terminal, row: DriftDetail): void {
  const { report } = row
  printFields(terminal, [
    ['report', row.id],
    ['reference', report ? `${row.reference} (${rowsOf(report.rows.reference)})` : row.reference],
    ['current', report ? `${row.current} (${rowsOf(report.rows.current)})` : row.current],
    ['asked for', formatTime(row.created_at)],
    ['state', row.error ? `${row.state}: ${row.error.message}` : row.state],
  ])
  if (!report) return
  terminal.print(`\n${row.sentence ?? ''}\n`)
  printTable(
    terminal,
    report.columns,
    [
      { title: 'column', value: ({ name }) => name },
      { title: 'moved', value: ({ moved }) => moved },
      { title: 'stability', value: ({ stability }) => stability.toFixed(3), isNumber: true },
      { title: 'JS', value: ({ jensen_shannon: distance }) => distance.toFixed(3), isNumber: true },
      { title: 'D or V', value: ({ effect }) => effect.toFixed(3), isNumber: true },
      { title: 'p, adjusted', value: ({ p_adjusted: p }) => p.toPrecision(2), isNumber: true },
      { title: 'median', value: ({ values }) => medians(values), isNumber: true },
    ],
    'No column could be compared.',
  )
  printSlices(terminal, 'Groups that moved', report.slices.singles)
  printSlices(terminal, 'Pairs that moved otherwise than their parts', report.slices.pairs)
  printSlices(terminal, 'Words that moved', report.slices.words ?? [])
  if (report.examples.length > 0) {
    terminal.print('\nLeast like the reference')
    printTable(
      terminal,
      report.examples,
      [
        { title: 'id', value: ({ id }) => id },
        { title: 'because', value: ({ because }) => because.map(({ feature }) => feature).join(', ') },
      ],
      '',
    )
  }
  if (report.quality) printQuality(terminal, report.quality)
  for (const note of report.notes) terminal.print(note)
}

function printSlices(terminal: Terminal, title: string, slices: Report['slices']['singles']): void {
  if (slices.length === 0) return
  terminal.print(`\n${title}`)
  printTable(
    terminal,
    slices,
    [
      {
        title: 'group',
        value: ({ conditions }) => conditions.map(({ column, value }) => `${column} ${value}`).join(' and '),
      },
      { title: 'before', value: ({ reference }) => percent(reference.share), isNumber: true },
      { title: 'now', value: ({ current }) => percent(current.share), isNumber: true },
      {
        title: 'change, 95 % together',
        value: ({ change }) => `${percent(change.low)} to ${percent(change.high)}`,
        isNumber: true,
      },
    ],
    '',
  )
}

function printQuality(terminal: Terminal, quality: NonNullable<Report['quality']>): void {
  const say = (one: { estimate: number; low: number; high: number } | null): string =>
    one === null ? '–' : `${one.estimate.toFixed(3)} (${one.low.toFixed(3)} to ${one.high.toFixed(3)})`
  terminal.print('')
  printFields(terminal, [
    [`${quality.label}, reference`, say(quality.labelled.reference)],
    ['current, labelled', say(quality.labelled.current)],
    [
      'current, estimated',
      quality.is_trusted
        ? say(quality.estimated)
        : `${say(quality.estimated)}, not to be trusted: ${quality.reasons.join(', and ')}`,
    ],
    ...(quality.judged ? [[`current, by ${quality.judged.judge}`, say(quality.judged)] as const] : []),
  ])
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function rowsOf({ total, read }: Report['rows']['reference']): string {
  const count = (rows: number): string => rows.toLocaleString('en')
  return read === total ? `${count(total)} rows` : `${count(read)} of ${count(total)} rows`
}

function medians({ reference, current }: Report['columns'][number]['values']): string {
  const figure = (value: number | null): string =>
    value === null ? '–' : String(Number(value.toPrecision(4)))
  return reference.p50 === null && current.p50 === null
    ? ''
    : `${figure(reference.p50)} → ${figure(current.p50)}`
}
