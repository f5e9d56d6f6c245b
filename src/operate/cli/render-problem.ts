import type { ConfigProblem } from '../../foundation/config/index.ts'
import type { Style } from './style.ts'
import { printable } from './table.ts'

const widestLine = 120

/** A problem with the line it stands on, a caret below the place, and the mend. */
export function renderProblem(problem: ConfigProblem, text: string, style: Style): string {
  const { file, line, column, path, message, mend } = problem
  const head = `${style.bold(`${file}:${line}:${column}`)} ${path === '' ? '' : style.dim(`${path} `)}${style.red(message)}`
  const lines = text.split(/\r?\n/)
  const source = lines[line - 1]
  if (source === undefined || text === '') return `${head}\n  ${style.cyan(mend)}`
  const gutter = String(line).length
  const shown = printable(source).slice(0, Math.max(widestLine, column + 20))
  const length = Math.max(1, /^[^\s:,[\]{}]*/.exec(source.slice(column - 1))?.[0].length ?? 1)
  return [
    head,
    `${style.dim(`${' '.repeat(gutter)} │`)}`,
    `${style.dim(`${line} │`)} ${shown}`,
    `${style.dim(`${' '.repeat(gutter)} │`)} ${' '.repeat(column - 1)}${style.red('^'.repeat(length))} ${style.cyan(mend)}`,
  ].join('\n')
}
