import type { Sample } from './sample.ts'

const [width, height, left, right, top, bottom] = [760, 280, 52, 16, 28, 36]
const colours = ['#1f6feb', '#d1570b', '#2e8540', '#8250df']

/** Resident memory of each replica over time; readable on light and dark ground. */
export function drawMemory(replicas: readonly (readonly Sample[])[], warmUpSeconds: number): string {
  const all = replicas.flat()
  const lastMinute = Math.max(...all.map(({ atSeconds }) => atSeconds)) / 60
  const most = Math.ceil(Math.max(...all.map(({ residentMb }) => residentMb)) / 50) * 50
  const x = (minutes: number): number => left + (minutes / lastMinute) * (width - left - right)
  const y = (mb: number): number => height - bottom - (mb / most) * (height - top - bottom)
  const step = Math.max(1, Math.ceil(lastMinute / 10))
  const text = (at: number, base: number, anchor: string, words: string): string =>
    `<text x="${at.toFixed(1)}" y="${base.toFixed(1)}" text-anchor="${anchor}">${words}</text>`
  const rows = Array.from({ length: most / 50 + 1 }, (_, index) => index * 50).map(
    mb =>
      `<path d="M${left} ${y(mb).toFixed(1)}H${width - right}" stroke="#8884"/>${text(left - 6, y(mb) + 4, 'end', String(mb))}`,
  )
  const columns = Array.from({ length: Math.floor(lastMinute / step) + 1 }, (_, index) =>
    text(x(index * step), height - bottom + 16, 'middle', String(index * step)),
  )
  const lines = replicas.map((samples, index) => {
    const points = samples.map(
      ({ atSeconds, residentMb }) => `${x(atSeconds / 60).toFixed(1)},${y(residentMb).toFixed(1)}`,
    )
    const colour = colours[index % colours.length]
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/><text x="${left + 4 + index * 90}" y="${top - 12}" style="fill:${colour}">replica ${index + 1}</text>`
  })
  const warm = x(warmUpSeconds / 60)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Resident memory over time" font-family="system-ui, sans-serif" font-size="11">
<style>text{fill:#808890}</style>
${rows.join('\n')}
${columns.join('\n')}
<rect x="${left}" y="${top}" width="${(warm - left).toFixed(1)}" height="${height - top - bottom}" fill="#8882"/>
${text(warm - 4, top + 12, 'end', 'warm-up')}
${lines.join('\n')}
${text(width - right, height - 4, 'end', 'minutes')}
${text(width - right, top - 12, 'end', 'resident memory, MiB')}
</svg>
`
}
