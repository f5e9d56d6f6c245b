import { describe, expect, it } from 'bun:test'

import { createStyle } from './style.ts'
import { printTable } from './table.ts'
import type { Terminal } from './terminal.ts'

describe('printTable', () => {
  it('lines columns up, and numbers to the right', () => {
    const rows = [
      { name: 'a', size: 5 },
      { name: 'größer', size: 1234 },
    ]
    expect(render(rows)).toEqual(['NAME    SIZE', 'a          5', 'größer  1234'])
  })

  it('lets nothing that others wrote steer the terminal', () => {
    expect(render([{ name: 'x\u001B[2J\ny', size: 1 }])[1]).toBe('x [2J y     1')
  })
})

function render(rows: readonly { name: string; size: number }[]): string[] {
  const lines: string[] = []
  const terminal: Terminal = {
    isJson: false,
    isInteractive: false,
    columns: 80,
    style: createStyle({}, {}),
    print: line => void lines.push(line),
    write: () => {},
    printJson: () => {},
    note: () => {},
  }
  printTable(
    terminal,
    rows,
    [
      { title: 'name', value: row => row.name },
      { title: 'size', value: row => String(row.size), isNumber: true },
    ],
    'None.',
  )
  return lines
}
