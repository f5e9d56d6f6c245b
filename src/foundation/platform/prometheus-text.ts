/** One number of a scrape. */
export interface ScrapedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? +(\S+)(?: +-?\d+)?$/
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)" *(?:,|$)/y

/**
 * Reads Prometheus' text format 0.0.4, as far as numbers go: comments are passed over, a line that is not understood is
 * left out. `isWanted` is asked by name, so that a long scrape costs little.
 */
export function parsePrometheusText(text: string, isWanted: (name: string) => boolean): ScrapedSample[] {
  const samples: ScrapedSample[] = []
  for (const raw of text.split('\n')) {
    if (raw === '' || raw.startsWith('#')) continue
    const end = raw.search(/[{ ]/)
    if (end < 0 || !isWanted(raw.slice(0, end))) continue
    const [, name, labelText = '', number = ''] = line.exec(raw.trim()) ?? []
    const labels = parseLabels(labelText)
    const value = parseNumber(number)
    if (name !== undefined && labels && value !== undefined) samples.push({ name, labels, value })
  }
  return samples
}

function parseLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  while (label.lastIndex < text.length) {
    const [, name, value] = label.exec(text) ?? []
    if (name === undefined || value === undefined) return undefined
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return labels
}

function parseNumber(text: string): number | undefined {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  const value = Number(text)
  return text === '' || Number.isNaN(value) ? undefined : value
}
