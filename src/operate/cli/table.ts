import type { Terminal } from './terminal.ts'

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  readonly isNumber?: boolean
}

/** Rows under titles, as wide as they need to be; `emptyText` where there are none. */
export function printTable<Row>(
  terminal: Terminal,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  emptyText: string,
): void {
  if (rows.length === 0) return terminal.note(terminal.style.dim(emptyText))
  const cells = rows.map(row => columns.map(column => printable(column.value(row))))
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map(row => widthOf(row[index] ?? ''))),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => {
        const gap = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(text)))
        return columns[index]?.isNumber === true ? gap + text : text + gap
      })
      .join('  ')
      .trimEnd()
  terminal.print(terminal.style.dim(line(columns.map(column => column.title.toUpperCase()))))
  for (const row of cells) terminal.print(line(row))
}

/** Names and values below each other. */
export function printFields(
  terminal: Terminal,
  fields: readonly (readonly [string, string | null | undefined])[],
): void {
  const shown = fields.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, value] as const],
  )
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  for (const [name, value] of shown)
    terminal.print(`${terminal.style.dim(name.padEnd(width))}  ${printable(value)}`)
}

/** What others wrote must not steer the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ')
}

function widthOf(text: string): number {
  return Array.from(text).length
}
