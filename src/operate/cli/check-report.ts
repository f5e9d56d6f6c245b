import path from 'node:path'

import type { CheckedFile, CheckReport, CheckResult } from '../../improve/datasets/index.ts'
import { type JunitCase, toJunit } from './junit.ts'
import { printable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** Prints what failed and what was skipped, with rows; for GitHub once more in the form that it shows beside the file. */
export function printReport(
  terminal: Terminal,
  { report, places }: Pick<CheckedFile, 'report' | 'places'>,
  file: string,
  definitionFile: string | undefined,
  most: number,
): void {
  const { style } = terminal
  const of = (outcome: CheckResult['outcome'], severity?: CheckResult['severity']) =>
    report.checks.filter(
      check => check.outcome === outcome && (severity === undefined || check.severity === severity),
    )
  for (const check of [...of('failed', 'error'), ...of('failed', 'warn')]) {
    const mark = check.severity === 'error' ? style.red('✗') : style.yellow('!')
    const place = places.get(check.path)
    terminal.print(
      `${mark} ${style.bold(check.check)} ${printable(check.message)} ${style.dim(place ? `${definitionFile}:${place.line}:${place.column}` : '')}`,
    )
    for (const { row, key, says, excerpt, other } of check.examples.slice(0, most)) {
      const like = other === undefined ? '' : style.dim(` ← ${printable(other)}`)
      const said = [says, excerpt === undefined ? undefined : style.cyan(printable(excerpt))]
        .filter(each => each !== undefined)
        .join(' ')
      terminal.print(`    row ${row} ${style.dim(printable(key))} ${said}${like}`)
    }
    if (check.examples.length > most)
      terminal.print(style.dim(`    and ${(check.rows ?? check.examples.length) - most} more`))
  }
  for (const check of of('skipped'))
    terminal.print(`${style.dim('-')} ${check.check} ${style.dim(printable(check.message))}`)
  const passed = of('passed').length
  const counts = [
    `${passed} passed`,
    `${of('failed', 'error').length} failed`,
    `${of('failed', 'warn').length} warned`,
    `${of('skipped').length} skipped`,
  ]
  const mark = report.outcome === 'failed' ? style.red('✗') : style.green('✓')
  terminal.print(
    `${mark} ${file}: ${report.rows.toLocaleString('en-US')} rows, ${report.checks.length} rules: ${counts.join(', ')} ${style.dim(`${(report.durationMs / 1_000).toFixed(1)} s`)}`,
  )
  if (process.env['GITHUB_ACTIONS'] === 'true') annotate(terminal, report.checks, places, definitionFile)
}

/** GitHub shows these beside the line of the definition. */
function annotate(
  terminal: Terminal,
  checks: readonly CheckResult[],
  places: CheckedFile['places'],
  definitionFile: string | undefined,
): void {
  const escape = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string) => escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  for (const check of checks.filter(({ outcome }) => outcome === 'failed')) {
    const { line = 1, column = 1 } = places.get(check.path) ?? {}
    const level = check.severity === 'error' ? 'error' : 'warning'
    terminal.print(
      `::${level} file=${property(definitionFile ?? '')},line=${line},col=${column},title=${property(check.check)}::${escape(check.message)}`,
    )
  }
}

/** A report as JUnit has it: a case for each rule. */
export function junitOf(
  report: CheckReport,
  places: CheckedFile['places'],
  file: string,
  definitionFile: string | undefined,
): string {
  const cases = report.checks.map((check): JunitCase => {
    const isFailure = check.outcome === 'failed' && check.severity === 'error'
    const rows = check.examples.map(({ row, key, says, excerpt, other }) =>
      [`row ${row}`, key, says, excerpt, other === undefined ? undefined : `← ${other}`]
        .filter(each => each !== undefined && each !== '')
        .join(' '),
    )
    const text = [check.message, ...rows].join('\n')
    return {
      group: path.basename(file),
      name: check.check,
      file: definitionFile,
      line: places.get(check.path)?.line,
      ...(isFailure ? { failure: text } : {}),
      ...(check.outcome === 'skipped' ? { skipped: check.message } : {}),
      ...(check.outcome === 'failed' && !isFailure ? { output: `Warning: ${text}` } : {}),
    }
  })
  return toJunit(`dataset check ${path.basename(file)}`, cases, report.durationMs / 1_000)
}
