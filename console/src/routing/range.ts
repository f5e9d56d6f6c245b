/** A span of time: one that ends now and moves on, or one that stands still. */
export type Range =
  | { readonly kind: 'last'; readonly preset: Preset }
  | { readonly kind: 'between'; readonly since: string; readonly until: string }

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

export const presets = {
  '15m': { label: 'Last 15 minutes', before: '15 min before', lengthMs: 15 * minuteMs },
  '1h': { label: 'Last hour', before: 'hour before', lengthMs: hourMs },
  '6h': { label: 'Last 6 hours', before: '6 hours before', lengthMs: 6 * hourMs },
  '24h': { label: 'Last 24 hours', before: '24 hours before', lengthMs: dayMs },
  '7d': { label: 'Last 7 days', before: '7 days before', lengthMs: 7 * dayMs },
  '30d': { label: 'Last 30 days', before: '30 days before', lengthMs: 30 * dayMs },
} as const

export type Preset = keyof typeof presets

export const defaultPreset: Preset = '1h'

function isPreset(text: string | null): text is Preset {
  return text !== null && Object.hasOwn(presets, text)
}

function isInstant(text: string | null): text is string {
  return text !== null && !Number.isNaN(Date.parse(text))
}

/** Reads `range`, or `since` and `until`; anything else is the default. */
export function readRange(search: URLSearchParams): Range {
  const since = search.get('since')
  const until = search.get('until')
  if (isInstant(since) && isInstant(until) && Date.parse(since) < Date.parse(until)) {
    return { kind: 'between', since, until }
  }
  const preset = search.get('range')
  return { kind: 'last', preset: isPreset(preset) ? preset : defaultPreset }
}

/** The search parameters that say this range; the default says nothing. */
export function writeRange(range: Range): Record<'range' | 'since' | 'until', string | undefined> {
  if (range.kind === 'between') return { range: undefined, since: range.since, until: range.until }
  const preset = range.preset === defaultPreset ? undefined : range.preset
  return { range: preset, since: undefined, until: undefined }
}

/** What to ask the API for. A moving range has no end, so that what happens next belongs to it. */
export function instants(range: Range, nowMs: number): { since: string; until?: string } {
  if (range.kind === 'between') return { since: range.since, until: range.until }
  return { since: new Date(nowMs - presets[range.preset].lengthMs).toISOString() }
}

export function lengthMs(range: Range): number {
  if (range.kind === 'last') return presets[range.preset].lengthMs
  return Date.parse(range.until) - Date.parse(range.since)
}

/** Names the period that totals are compared with. */
export function periodBefore(range: Range): string {
  return range.kind === 'last' ? presets[range.preset].before : 'period before'
}
