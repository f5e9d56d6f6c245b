import { createHash } from 'node:crypto'
import type { ResolvedVersion } from '../datasets/index.ts'
import type { Labelling, LabelParts } from './labelling.ts'

/** Keys of the rows that are asked: all, or a sample that is the same each time. */
export async function chooseRows(
  { datasets }: Pick<LabelParts, 'datasets'>,
  version: ResolvedVersion,
  { sample, seed }: Labelling,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const keys: string[] = []
  for await (const { key } of datasets.scanRows(version, { signal, limit: 5_000 })) keys.push(key)
  if (sample === undefined || sample >= keys.length) return new Set(keys)
  const ranked = keys
    .map(key => ({ key, rank: createHash('sha256').update(`${seed}\0${key}`).digest('hex') }))
    .toSorted((left, right) => (left.rank < right.rank ? -1 : 1))
  return new Set(ranked.slice(0, sample).map(({ key }) => key))
}
