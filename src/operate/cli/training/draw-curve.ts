const marks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** A curve of losses as rows of text: each column is the mean of as many steps, the lowest loss at the bottom. */
export function drawCurve(
  losses: readonly number[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string[] {
  const known = losses.filter(Number.isFinite)
  if (known.length === 0) return []
  const width = Math.min(columns, known.length)
  const means = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * known.length) / width)
    const piece = known.slice(from, Math.max(from + 1, Math.floor(((column + 1) * known.length) / width)))
    return piece.reduce((sum, loss) => sum + loss, 0) / piece.length
  })
  const [low, high] = [Math.min(...means), Math.max(...means)]
  const eighths = means.map(mean =>
    high === low ? 1 : Math.max(1, Math.round(((mean - low) / (high - low)) * rows * 8)),
  )
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * 8
    const line = eighths
      .map(height => (height <= below ? ' ' : (marks[Math.min(8, height - below) - 1] ?? ' ')))
      .join('')
    const label = row === 0 ? high : row === rows - 1 ? low : undefined
    return `${label === undefined ? ' '.repeat(8) : label.toFixed(3).padStart(8)} ${line}`
  })
}
