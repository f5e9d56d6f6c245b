import { createHash } from 'node:crypto'
import type { SplitsDefinition } from './definition.ts'

/** The split of a row by the JSON list of the values that decide (its key, where `splits.by` is left out). */
export function splitOfValues(splits: SplitsDefinition, valuesJson: string): string {
  const digest = createHash('sha256').update(`${splits.salt}\n${valuesJson}`).digest('hex')
  const share = Number.parseInt(digest.slice(0, 13), 16) / 2 ** 52
  const parts = Object.entries(splits.parts)
  const whole = parts.reduce((sum, [, size]) => sum + size, 0)
  let upTo = 0
  for (const [part, size] of parts) {
    upTo += size
    if (share < upTo / whole) return part
  }
  return parts.at(-1)?.[0] ?? ''
}
