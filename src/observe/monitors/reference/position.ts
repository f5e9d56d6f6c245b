import { hashText } from '../../../foundation/statistics/index.ts'
import type { Measure, StreamKind } from '../streams/measure.ts'
import { distanceToNearest, nearestRow } from './nearest.ts'
import { unpackFloats, unpackHashes } from './packed.ts'
import type { DetectorReference, Learned } from './reference.ts'

/** Where a measure lies: a number in [0, 1], or a category. */
export type Position = number | string

/**
 * Makes a position of each measure of a stream. Shares and scores are what they are; of latency and cost it is whether they lie above the threshold;
 * lengths and distances to the neighbours are ranked among the calibration, which is their conformal p-value (Vovk, Gammerman and
 * Shafer 2005), uniform while they come as those of the reference did. Ties are broken by the id, so that the same value always lies in the same place.
 */
export function createPositioner(
  kind: StreamKind,
  learned: Learned,
): (measure: Measure, id: string) => Position | undefined {
  switch (kind) {
    case 'latency':
    case 'first-token':
    case 'cost': {
      const { threshold = Infinity } = learned
      return measure => (typeof measure === 'number' ? Number(measure > threshold) : undefined)
    }
    case 'input-length':
    case 'output-length': {
      const calibration = Float64Array.from(learned.calibration ?? [])
      return (measure, id) => (typeof measure === 'number' ? rankAmong(calibration, measure, id) : undefined)
    }
    case 'input-embedding': {
      const calibration = Float64Array.from(learned.calibration ?? [])
      const rows = unpackFloats(learned.vectors ?? '')
      return (measure, id) =>
        measure instanceof Float32Array && measure.length === learned.dimensions
          ? rankAmong(calibration, distanceToNearest(rows, measure), id)
          : undefined
    }
    case 'input-topic': {
      const centres = unpackFloats(learned.centres ?? '')
      return measure =>
        measure instanceof Float32Array && measure.length === learned.dimensions
          ? topicName(nearestRow(centres, measure))
          : undefined
    }
    case 'input-vocabulary': {
      const known = unpackHashes(learned.vocabulary ?? '')
      return measure => (Array.isArray(measure) ? shareUnknown(measure as number[], known) : undefined)
    }
    case 'input-language':
    case 'output-format': {
      const named = new Set(learned.categories)
      return measure =>
        typeof measure === 'string' ? (named.has(measure) ? measure : otherCategories) : undefined
    }
    case 'score':
    case 'feedback':
    case 'errors':
    case 'blocks':
    case 'refusals':
      return measure => (typeof measure === 'number' ? Math.min(1, Math.max(0, measure)) : undefined)
  }
}

export const otherCategories = 'others'

export function topicName(centre: number): string {
  return `topic-${centre + 1}`
}

/** What a detector counts of a position. */
export function valueOf({ category }: Pick<DetectorReference, 'category'>, position: Position): number {
  return typeof position === 'number' ? position : Number(position === category)
}

export function shareUnknown(words: readonly number[], known: ReadonlySet<number>): number {
  let unknown = 0
  for (const word of words) if (!known.has(word)) unknown += 1
  return words.length === 0 ? 0 : unknown / words.length
}

/** The share of the calibration that is smaller, with itself, at a place among its equals that the id draws. */
export function rankAmong(calibration: Float64Array, value: number, id: string): number {
  const smaller = countUnder(calibration, value, false)
  const equal = countUnder(calibration, value, true) - smaller + 1
  const draw = hashText(id) / 2 ** 32
  return (smaller + draw * equal) / (calibration.length + 1)
}

/** How many are less than `value`, or equal to it too. */
function countUnder(sorted: Float64Array, value: number, withEqual: boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const found = sorted[middle] ?? Infinity
    if (found < value || (withEqual && found === value)) low = middle + 1
    else high = middle
  }
  return low
}
