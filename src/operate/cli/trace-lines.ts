import { z } from 'zod'
import { formatMs } from './figures.ts'
import { printable } from './table.ts'

export const traceShape = z.looseObject({
  trace_id: z.string(),
  duration_ms: z.number(),
  is_truncated: z.boolean(),
  spans: z.array(
    z.looseObject({
      depth: z.number(),
      kind: z.string(),
      name: z.string(),
      origin: z.string(),
      start_ms: z.number(),
      end_ms: z.number(),
      outcome: z.string(),
      why: z.string().nullish(),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
})

interface Line {
  readonly text: string
  readonly isBad?: boolean
  readonly isFaint?: boolean
}

const leastName = 20
const mostName = 46
const timeWidth = 9
const leastBar = 12

/** A waterfall in characters: names as a tree, bars by eighths of a character, times beside them. */
export function traceLines(
  trace: z.output<typeof traceShape>,
  columns: number,
  { withFacts = false }: { readonly withFacts?: boolean } = {},
): Line[] {
  const { spans, duration_ms: total } = trace
  const names = spans.map(({ depth, name, origin }) => {
    const whose = origin === 'slipway' ? '' : ` · ${origin}`
    return `${'  '.repeat(Math.min(depth, 12))}${printable(name)}${printable(whose)}`
  })
  const longest = Math.max(leastName, ...names.map(name => Array.from(name).length))
  const nameWidth = Math.min(longest, mostName, Math.max(leastName, columns - timeWidth - leastBar - 4))
  const barWidth = Math.max(leastBar, columns - nameWidth - timeWidth - 4)
  const lines: Line[] = [
    { text: `trace ${trace.trace_id}, ${formatMs(total)}, ${spans.length} spans`, isFaint: true },
  ]
  for (const [index, span] of spans.entries()) {
    const bar = barOf(span.start_ms, span.end_ms, total, barWidth)
    const time = formatMs(span.end_ms - span.start_ms).padStart(timeWidth)
    const isBad = span.outcome === 'error'
    lines.push({ text: `${fit(names[index] ?? '', nameWidth)}  ${bar}  ${time}`.trimEnd(), isBad })
    const indent = '  '.repeat(Math.min(span.depth, 12) + 1)
    if (span.why && (isBad || withFacts))
      lines.push({ text: `${indent}${printable(span.why)}`, isFaint: !isBad, isBad })
    if (!withFacts) continue
    for (const [name, value] of Object.entries(span.facts))
      lines.push({ text: `${indent}${printable(name)}: ${printable(String(value))}`, isFaint: true })
  }
  return lines
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** From where to where; what is shorter than an eighth of a character is a hairline. */
export function barOf(startMs: number, endMs: number, totalMs: number, width: number): string {
  const scale = totalMs > 0 ? (width * 8) / totalMs : 0
  const start = Math.min(width * 8 - 1, Math.max(0, Math.floor(startMs * scale)))
  const end = Math.min(width * 8, Math.max(start + 1, Math.round(endMs * scale)))
  // only the right edge can be drawn finer than a character
  const first = Math.floor(start / 8)
  const length = Math.max(1, end - first * 8)
  const bar = '█'.repeat(Math.floor(length / 8)) + (eighths[length % 8] ?? '')
  return (' '.repeat(first) + bar).padEnd(width)
}

function fit(text: string, width: number): string {
  const characters = Array.from(text)
  if (characters.length <= width) return text + ' '.repeat(width - characters.length)
  return `${characters.slice(0, width - 1).join('')}…`
}
