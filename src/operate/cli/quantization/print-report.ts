import type { QuantizationReport } from '../../../improve/training/index.ts'
import { formatBytes } from '../figures.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

const share = (value: number): string => `${(100 * value).toFixed(2)} %`

/** Which limit does not hold, or cannot be said to. */
export function describeOutcome({ outcome, gates }: Pick<QuantizationReport, 'outcome' | 'gates'>): string {
  const which = [
    ...(gates.perplexity === 'passed' ? [] : ['the perplexity']),
    ...(gates.answers === undefined || gates.answers === 'passed' ? [] : ['the answers']),
  ].join(' and ')
  return outcome === 'failed'
    ? `The loss is beyond the limit: ${which}.`
    : `The examples are too few to say that the loss is within the limit: ${which}.`
}

/** Sizes, speeds and losses side by side; `left` is the file or the version, where there is one. */
export function printReport(
  terminal: Terminal,
  report: QuantizationReport,
  left: readonly [string, string],
): void {
  const { original, result, perplexity, answers, limits } = report
  printTable(
    terminal,
    [
      {
        name: 'size',
        before: formatBytes(original.bytes),
        after: formatBytes(result.bytes),
        ratio: result.bytes / original.bytes,
      },
      {
        name: 'bits a weight',
        before: original.bitsPerWeight.toFixed(2),
        after: result.bitsPerWeight.toFixed(2),
        ratio: result.bitsPerWeight / original.bitsPerWeight,
      },
      {
        name: 'reads, tokens/s',
        before: original.reading.toFixed(0),
        after: result.reading.toFixed(0),
        ratio: result.reading / original.reading,
      },
      {
        name: 'writes, tokens/s',
        before: original.writing.toFixed(0),
        after: result.writing.toFixed(0),
        ratio: result.writing / original.writing,
      },
    ],
    [
      { title: '', value: row => row.name },
      { title: 'original', value: row => row.before, isNumber: true },
      { title: report.type, value: row => row.after, isNumber: true },
      { title: '', value: row => `× ${row.ratio.toFixed(2)}`, isNumber: true },
    ],
    '',
  )
  terminal.print('')
  const { rise } = perplexity
  printFields(terminal, [
    [
      'perplexity',
      `${perplexity.before.toFixed(4)} → ${perplexity.after.toFixed(4)}, ${share(rise.estimate)} more (95 %: ${share(rise.low)} to ${share(rise.high)}; at most ${share(limits.perplexityRise)}), ${perplexity.tokens.toLocaleString('en')} tokens of ${perplexity.examples} examples`,
    ],
    ...(answers
      ? [
          [
            'right answers',
            `${share(answers.before)} → ${share(answers.after)}, ${share(answers.drop.estimate)} fewer (95 %: ${share(answers.drop.low)} to ${share(answers.drop.high)}; at most ${share(limits.answerDrop)}), ${answers.worse} of ${answers.answers} got worse, ${answers.better} better`,
          ] as const,
        ]
      : []),
    ...(report.importanceFrom > 0 ? [['importance', `from ${report.importanceFrom} examples`] as const] : []),
    left,
  ])
}
