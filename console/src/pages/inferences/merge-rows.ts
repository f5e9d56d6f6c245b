import type { Inference } from '../../api/types.ts'

/** The stored and the just arrived, each once, latest start first: a UUIDv7 sorts by its time. */
export function mergeRows(arrived: readonly Inference[], stored: readonly Inference[]): Inference[] {
  if (arrived.length === 0) return [...stored]
  const known = new Set(stored.map(row => row.id))
  const added = arrived.filter(row => !known.has(row.id))
  return [...added, ...stored].sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
}
