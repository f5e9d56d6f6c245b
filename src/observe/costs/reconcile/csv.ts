/** The records of a CSV text (RFC 4180: quoted fields, doubled quotes, line ends within quotes) by its first line. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header, ...lines] = splitCsv(text.replace(/^\uFEFF/, ''))
  if (!header) return []
  const names = header.map(name => name.trim())
  return lines
    .filter(cells => cells.some(cell => cell.trim() !== ''))
    .map(cells => Object.fromEntries(names.map((name, index) => [name, (cells[index] ?? '').trim()])))
}

function splitCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? ''
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (text[index + 1] === '"') cell += text[(index += 1)] ?? ''
      else isQuoted = false
    } else if (character === '"') isQuoted = true
    else if (character === ',' || character === '\n') {
      row.push(cell.replace(/\r$/, ''))
      cell = ''
      if (character === '\n') {
        rows.push(row)
        row = []
      }
    } else cell += character
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell.replace(/\r$/, '')])
  return rows
}

export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map(cells => `${cells.map(quote).join(',')}\r\n`).join('')
}

/** A cell that a spreadsheet would run as a formula is shown as text. */
function quote(cell: string | number): string {
  if (typeof cell === 'number') return String(cell)
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
