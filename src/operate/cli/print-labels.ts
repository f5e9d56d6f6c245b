import type { z } from 'zod'

import type {
  agreementShape,
  annotatorsShape,
  suspectsShape,
  WireInterval,
  WireLabelReport,
} from './label-wire.ts'
import { printable, printFields, printTable } from './table.ts'
import type { Terminal } from './terminal.ts'

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const range = (interval: WireInterval | null): string =>
  interval === null
    ? '–'
    : `${interval.estimate.toFixed(3)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`

/** A report on labels as the terminal shows it. */
export function printLabelReport(
  terminal: Terminal,
  { id, dataset, number, result, reviews }: WireLabelReport,
): void {
  const asked = reviews.pending + reviews.decided
  printFields(terminal, [
    ['report', id],
    ['version', `${dataset}@${number}`],
    ['asked', asked === 0 ? undefined : `${reviews.decided} of ${asked} decided by people`],
  ])
  switch (result.kind) {
    case 'agreement':
      printAgreement(terminal, result)
      break
    case 'annotators':
      printAnnotators(terminal, result)
      break
    case 'suspects':
      printSuspects(terminal, result)
      break
  }
  for (const { level, text } of result.advice) {
    const mark =
      level === 'fine'
        ? terminal.style.green('✓')
        : level === 'act'
          ? terminal.style.red('✗')
          : terminal.style.yellow('!')
    terminal.print(`${mark} ${printable(text)}`)
  }
}

function printAgreement(terminal: Terminal, result: z.output<typeof agreementShape>): void {
  printFields(terminal, [
    ['items', `${result.items}, ${result.compared} of them labelled by two or more`],
    ['α', range(result.alpha)],
    ['Fleiss κ', range(result.fleiss)],
    ['agreeing', result.observed === null ? undefined : `${percent(result.observed)} of pairs`],
  ])
  terminal.print('')
  printTable(
    terminal,
    result.pairs,
    [
      { title: 'annotator', value: pair => pair.first },
      { title: 'and', value: pair => pair.second },
      { title: 'items', value: pair => String(pair.items), isNumber: true },
      {
        title: 'κ',
        value: pair =>
          pair.kappa === null || pair.low === null || pair.high === null
            ? figure(pair.kappa)
            : range({ estimate: pair.kappa, low: pair.low, high: pair.high }),
      },
      { title: 'same', value: pair => percent(pair.observed), isNumber: true },
    ],
    'No two annotators have labelled the same item.',
  )
  terminal.print('')
  printTable(
    terminal,
    result.per_label,
    [
      { title: 'label', value: row => row.label },
      { title: 'given', value: row => String(row.labels), isNumber: true },
      { title: 'α against the rest', value: row => range(row.alpha) },
    ],
    'There are no labels.',
  )
  if (result.slices.length > 0) {
    terminal.print('')
    printTable(
      terminal,
      result.slices,
      [
        { title: 'slice', value: row => `${row.column} = ${row.value}` },
        { title: 'items', value: row => String(row.items), isNumber: true },
        { title: 'α', value: row => range(row.alpha) },
      ],
      '',
    )
  }
  terminal.print('')
}

function printAnnotators(terminal: Terminal, result: z.output<typeof annotatorsShape>): void {
  printFields(terminal, [
    ['labels', `${result.labels} of ${result.items} items`],
    [
      'consensus',
      `${result.changed} items differ from what most said, ${result.unsure} are less certain than 0.8`,
    ],
  ])
  terminal.print('')
  printTable(
    terminal,
    result.annotators,
    [
      { title: 'annotator', value: row => row.name },
      { title: 'labels', value: row => String(row.labels), isNumber: true },
      {
        title: 'right',
        value: row => `${percent(row.accuracy)} (${percent(row.low)} to ${percent(row.high)})`,
      },
      {
        title: 'takes',
        value: row =>
          row.weak_spots
            .slice(0, 2)
            .map(spot => `${spot.true} for ${spot.said} (${percent(spot.share)})`)
            .join(', ') || '–',
      },
    ],
    'There are no annotators.',
  )
  terminal.print('')
}

function printSuspects(terminal: Terminal, result: z.output<typeof suspectsShape>): void {
  printFields(terminal, [
    ['label', `${result.label_column}, told from ${result.columns.join(', ')}`],
    ['rows', String(result.rows)],
    ['estimated wrong', percent(result.error_rate)],
    ['suspects', String(result.total)],
  ])
  terminal.print('')
  printTable(
    terminal,
    result.suspects,
    [
      { title: 'key', value: row => row.key.slice(0, 60) },
      { title: 'given', value: row => row.given },
      { title: 'likelier', value: row => row.likely },
      { title: 'p(given)', value: row => figure(row.self_confidence), isNumber: true },
      { title: 'margin', value: row => figure(row.margin), isNumber: true },
    ],
    'No label looks wrong.',
  )
  if (result.total > result.suspects.length)
    terminal.note(
      terminal.style.dim(`${result.total - result.suspects.length} more: add --most ${result.total}`),
    )
  terminal.print('')
}
