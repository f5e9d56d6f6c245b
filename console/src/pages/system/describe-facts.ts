import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDuration, formatUptime } from '../../format/duration.ts'

/** Plain facts of the API with their names spelled out and their units read from the names. */
export function describeFacts(facts: Readonly<Record<string, unknown>>): { name: string; value: string }[] {
  return Object.entries(facts).map(([field, value]) => {
    const words = field.replace(/_(bytes|seconds|ms)$/, '').replaceAll('_', ' ')
    return { name: words.charAt(0).toUpperCase() + words.slice(1), value: describe(field, value) }
  })
}

function describe(field: string, value: unknown): string {
  if (typeof value === 'number') {
    if (field.endsWith('_bytes')) return formatBytes(value)
    if (field.endsWith('_ms')) return formatDuration(value)
    return field.endsWith('_seconds') ? formatUptime(value) : formatCount(value)
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === null || value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
