import { formatMs, formatUsd } from '../figures.ts'
import type { Style } from '../style.ts'
import { printable, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { WireComparison, WireReport, WireRunDetail } from './eval-wire.ts'
import { isKnown } from './is-known.ts'

/** A report for people: verdict first, then what it rests on. */
export function renderReport(terminal: Terminal, run: WireRunDetail): void {
  const { style } = terminal
  const { report } = run
  if (!report) return
  terminal.print('')
  terminal.print(`${verdictMark(style, run.verdict ?? report.verdict)} ${report.verdict_why}`)
  for (const { outcome, release, why, slice } of report.gates) {
    const where = slice ? style.dim(` where ${printable(slice.column)} = ${printable(slice.value)}`) : ''
    terminal.print(`  ${outcomeMark(style, outcome)} ${printable(release)}${where}: ${printable(why)}`)
  }
  terminal.print('')
  renderReleases(terminal, report)
  if (report.comparisons.length > 0) {
    terminal.print('')
    renderComparisons(terminal, report.comparisons)
  }
  for (const release of report.releases)
    for (const score of release.scores) noteMore(terminal, release.release, score)
  const uncalibrated = report.releases
    .flatMap(({ scores }) => scores)
    .find(({ calibration }) => calibration?.state === 'uncalibrated')
  if (uncalibrated)
    terminal.note(style.yellow(`  ${uncalibrated.evaluator}: ${uncalibrated.calibration?.next ?? ''}`))
}

/** How good a judge is, and how well classes were told apart. */
function noteMore(
  terminal: Terminal,
  release: string,
  score: WireReport['releases'][number]['scores'][number],
): void {
  const { calibration, classes } = score
  const place = `  ${printable(release)}, ${printable(score.evaluator)}:`
  if (isKnown(classes?.macro_f1))
    terminal.note(
      `${place} ${((classes?.accuracy ?? 0) * 100).toFixed(1)} % right, macro F1 ${classes.macro_f1.toFixed(3)}`,
    )
  if (!isKnown(calibration?.bias)) return
  const { bias, bias_low: low, bias_high: high, agreement, labels, labels_to_halve: more } = calibration
  const agreed = agreement
    ? `, κ ${agreement.kappa.toFixed(2)} (${agreement.low.toFixed(2)} to ${agreement.high.toFixed(2)})`
    : ''
  const next = isKnown(more)
    ? `; ${more} labels would halve the interval`
    : '; more labels alone would not halve the interval'
  terminal.note(
    `${place} off by ${bias.toFixed(3)} (${(low ?? bias).toFixed(3)} to ${(high ?? bias).toFixed(3)})${agreed} on ${labels} labels${next}`,
  )
}

export function renderReleases(terminal: Terminal, report: WireReport): void {
  const rows = report.releases.flatMap(release =>
    release.scores.map((score, index) => ({ release, score, isFirst: index === 0 })),
  )
  printTable(
    terminal,
    rows,
    [
      {
        title: 'release',
        value: ({ release, isFirst }) =>
          isFirst ? `${release.release}${release.is_baseline ? ' (baseline)' : ''}` : '',
      },
      { title: 'evaluator', value: ({ score }) => score.evaluator },
      {
        title: 'mean',
        value: ({ score }) =>
          score.calibration?.state === 'uncalibrated' ? 'uncalibrated' : interval(score.mean),
      },
      { title: 'passes', value: ({ score }) => percent(score.pass_rate), isNumber: true },
      { title: 'n', value: ({ score }) => String(score.n), isNumber: true },
      {
        title: 'flaky',
        value: ({ score }) => (!isKnown(score.flaky) ? '–' : String(score.flaky)),
        isNumber: true,
      },
      {
        title: 'no answer',
        value: ({ release, isFirst }) => (isFirst ? String(release.failed) : ''),
        isNumber: true,
      },
      {
        title: 'p50 / p95',
        value: ({ release, isFirst }) =>
          isFirst ? `${formatMs(release.latency_ms?.p50)} / ${formatMs(release.latency_ms?.p95)}` : '',
        isNumber: true,
      },
      {
        title: 'cost',
        value: ({ release, isFirst }) =>
          isFirst
            ? formatUsd(release.unpriced > 0 && release.cost_nano_usd === 0 ? null : release.cost_nano_usd)
            : '',
        isNumber: true,
      },
    ],
    'Nothing was scored.',
  )
}

/** What each release does better or worse, by slices too where those differ. */
export function renderComparisons(terminal: Terminal, comparisons: readonly WireComparison[]): void {
  const { style } = terminal
  const rows = comparisons.flatMap(comparison => [
    {
      name: comparison.evaluator,
      against: `${comparison.release} − ${comparison.baseline}`,
      one: comparison,
    },
    ...comparison.slices
      .filter(({ verdict }) => verdict === 'better' || verdict === 'worse')
      .map(slice => ({ name: `  ${slice.column} = ${slice.value}`, against: '', one: slice })),
  ])
  printTable(
    terminal,
    rows,
    [
      { title: 'evaluator', value: ({ name }) => name },
      { title: 'difference of', value: ({ against }) => against },
      { title: 'verdict', value: ({ one }) => one.verdict },
      { title: 'difference', value: ({ one }) => interval(one.difference, true) },
      { title: 'p', value: ({ one }) => (!isKnown(one.p) ? '–' : one.p.toPrecision(2)), isNumber: true },
      { title: 'better', value: ({ one }) => String(one.improved), isNumber: true },
      { title: 'worse', value: ({ one }) => String(one.worsened), isNumber: true },
      { title: 'pairs', value: ({ one }) => String(one.pairs), isNumber: true },
      {
        title: 'would decide',
        value: ({ one }) => (!isKnown(one.examples_to_decide) ? '' : `${one.examples_to_decide}`),
        isNumber: true,
      },
    ],
    'There is nothing to compare.',
  )
  if (comparisons.some(({ worsened }) => worsened > 0))
    terminal.note(style.dim('  See them with `slipway eval examples RUN --outcome regressions`.'))
}

function verdictMark(style: Style, verdict: string): string {
  if (verdict === 'passed') return style.green('✓ passed.')
  return verdict === 'failed' ? style.red('✗ failed.') : style.yellow('? not enough.')
}

function outcomeMark(style: Style, outcome: string): string {
  if (outcome === 'passed') return style.green('✓')
  return outcome === 'failed' ? style.red('✗') : style.yellow('?')
}

function interval(
  estimate: { readonly mean: number; readonly low: number; readonly high: number } | null | undefined,
  isSigned = false,
): string {
  if (!estimate) return '–'
  const digits = (value: number): string => `${isSigned && value > 0 ? '+' : ''}${value.toFixed(3)}`
  return `${digits(estimate.mean)} (${digits(estimate.low)} to ${digits(estimate.high)})`
}

function percent(estimate: { readonly mean: number } | null | undefined): string {
  return estimate ? `${(100 * estimate.mean).toFixed(1)} %` : '–'
}
