import { createRandom, hashText, quantileOf } from '../../../foundation/statistics/index.ts'
import type { StreamConfig } from '../../../foundation/config/index.ts'
import type { Measure, StreamKind } from '../streams/measure.ts'
import { meansByStratum, type StrataLevel } from '../streams/strata.ts'
import { histogramOf } from './histogram.ts'
import { distanceToNearest, findCentres } from './nearest.ts'
import { packFloats, packHashes, unpackFloats } from './packed.ts'
import { createPositioner, otherCategories, type Position, topicName, valueOf } from './position.ts'
import type {
  DetectorReference,
  Learned,
  ReferenceOrigin,
  Slice,
  Slicing,
  StreamReference,
} from './reference.ts'

/** One value of what is to be the reference. */
export interface ReferenceRow {
  readonly id: string
  readonly timeMs: number
  readonly measure: Measure
  readonly slices: Readonly<Partial<Record<Slicing, string>>>
}

const mostVectors = 256
const mostTopics = 8
const mostCategories = 8
const mostCalibration = 2_000
const mostWords = 20_000
const leastOfCategory = 5
const leastOfSlice = 50
const armSlices: readonly Slice[] = [
  { by: 'arm', value: 'baseline' },
  { by: 'arm', value: 'candidate' },
]

/** What each kind is watched for. */
const directions: Readonly<Record<StreamKind, readonly ('below' | 'above')[]>> = {
  score: ['below'],
  feedback: ['below'],
  errors: ['above'],
  blocks: ['above'],
  refusals: ['above'],
  latency: ['above'],
  'first-token': ['above'],
  cost: ['above'],
  'input-length': ['below', 'above'],
  'output-length': ['below', 'above'],
  'input-embedding': ['below', 'above'],
  'input-vocabulary': ['above'],
  'input-language': ['above'],
  'input-topic': ['above'],
  'output-format': ['above'],
}

/**
 * Makes a reference of rows in the order of their time. A third of them, by a hash of the id, is learned from and the others are measured, so that
 * what is normal is not judged by what it was learned from, and both come from all times of the week and from rows of all kinds.
 */
export function buildReference(
  stream: StreamConfig,
  rows: readonly ReferenceRow[],
  options: {
    readonly fromMs: number
    readonly untilMs: number
    readonly strata: StrataLevel
    readonly effect: number
    readonly slices: readonly Slicing[]
    readonly mostSlices: number
    readonly judgeHash?: string | undefined
    readonly origin?: ReferenceOrigin | undefined
  },
): StreamReference {
  const { strata, effect, slices, mostSlices } = options
  const { kind } = stream
  const learned = learn(stream, rows)
  const isLearned = isSplit(kind)
  const position = createPositioner(kind, learned)
  const measured = rows
    .filter(row => !isLearned || !isLearnedFrom(row))
    .flatMap(row => {
      const at = position(row.measure, row.id)
      return at === undefined ? [] : [{ ...row, position: at }]
    })
  const detectors: DetectorReference[] = []
  const add = (given: Pick<DetectorReference, 'name' | 'direction' | 'category' | 'slice'>): void => {
    const { slice } = given
    // a side of a rollout is new: it is held against what there was before it
    const own =
      slice && slice.by !== 'arm' ? measured.filter(row => row.slices[slice.by] === slice.value) : measured
    const means = meansByStratum(
      own.map(row => ({ timeMs: row.timeMs, value: valueOf(given, row.position) })),
      strata,
      effect,
    )
    detectors.push({ ...given, margin: Math.max(effect, means['all']?.halfWidth ?? effect), means })
  }
  const categories = categoriesOf(kind, learned)
  const chosen = categories
    ? []
    : slices.flatMap(by => (by === 'arm' ? armSlices : commonSlices(measured, by, mostSlices)))
  if (categories)
    for (const category of categories) add({ name: `more:${category}`, direction: 'above', category })
  else
    for (const direction of directions[kind]) {
      add({ name: direction, direction })
      for (const slice of chosen) add({ name: `${direction} ${slice.by}=${slice.value}`, direction, slice })
    }
  // rows of datasets are no inferences that could be looked at
  const examples = kind === 'input-topic' && !options.origin ? examplesOf(measured) : undefined
  return {
    fromMs: options.fromMs,
    untilMs: options.untilMs,
    ...(options.origin && { origin: options.origin }),
    rows: rows.length,
    strata,
    judgeHash: options.judgeHash,
    learned,
    detectors,
    histogram: histogramOf(kind, measured),
    ...(examples && { examples }),
  }
}

/** Whether something is learned that would flatter the rows it was learned from. */
function isSplit(kind: StreamKind): boolean {
  return !['score', 'feedback', 'errors', 'blocks', 'refusals', 'input-language', 'output-format'].includes(
    kind,
  )
}

const isLearnedFrom = ({ id }: ReferenceRow): boolean => hashText(id) % 3 === 0

function learn(stream: StreamConfig, rows: readonly ReferenceRow[]): Learned {
  const own = rows.filter(isLearnedFrom)
  const numbers = own.flatMap(({ measure }) => (typeof measure === 'number' ? [measure] : []))
  switch (stream.kind) {
    case 'latency':
    case 'first-token':
    case 'cost':
      return { threshold: quantileOf(numbers.toSorted(ascending), stream.quantile) }
    case 'input-length':
    case 'output-length':
      return { calibration: thin(numbers, mostCalibration).toSorted(ascending) }
    case 'input-embedding': {
      const vectors = vectorsOf(own)
      const kept = thin(
        vectors.filter((_, index) => index % 2 === 0),
        mostVectors,
      )
      const rest = vectors.filter((_, index) => index % 2 === 1)
      const packed = packFloats(kept)
      const neighbours = unpackFloats(packed)
      return {
        vectors: packed,
        dimensions: kept[0]?.length ?? 0,
        calibration: thin(rest, mostCalibration)
          .map(vector => distanceToNearest(neighbours, vector))
          .toSorted(ascending),
      }
    }
    case 'input-topic': {
      const vectors = thin(vectorsOf(own), mostCalibration)
      const centres = findCentres(vectors, mostTopics, createRandom('topics', rows.length))
      return { centres: packFloats(centres), dimensions: vectors[0]?.length ?? 0 }
    }
    case 'input-vocabulary': {
      const counts = new Map<number, number>()
      for (const { measure } of own)
        if (Array.isArray(measure))
          for (const word of measure as number[]) counts.set(word, (counts.get(word) ?? 0) + 1)
      const common = [...counts].toSorted(([, left], [, right]) => right - left).slice(0, mostWords)
      return { vocabulary: packHashes(common.map(([word]) => word)) }
    }
    case 'input-language':
    case 'output-format':
      return { categories: commonCategories(rows.map(({ measure }) => measure)) }
    case 'score':
    case 'feedback':
    case 'errors':
    case 'blocks':
    case 'refusals':
      return {}
  }
}

function categoriesOf(
  kind: StreamKind,
  { categories, centres, dimensions = 0 }: Learned,
): string[] | undefined {
  if (categories) return [...categories, otherCategories]
  if (kind !== 'input-topic' || centres === undefined || dimensions === 0) return undefined
  return Array.from({ length: unpackFloats(centres).length / dimensions }, (_, index) => topicName(index))
}

function commonCategories(measures: readonly Measure[]): string[] {
  const counts = new Map<string, number>()
  for (const measure of measures)
    if (typeof measure === 'string') counts.set(measure, (counts.get(measure) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count >= leastOfCategory)
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, mostCategories)
    .map(([category]) => category)
}

function commonSlices(rows: readonly Pick<ReferenceRow, 'slices'>[], by: Slicing, most: number): Slice[] {
  const counts = new Map<string, number>()
  for (const { slices } of rows) {
    const value = slices[by]
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count >= leastOfSlice)
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, most)
    .map(([value]) => ({ by, value }))
}

function examplesOf(
  rows: readonly { readonly id: string; readonly position: Position }[],
): Record<string, string[]> {
  const examples: Record<string, string[]> = {}
  for (const { id, position } of rows) {
    const own = (examples[String(position)] ??= [])
    if (own.length < 3) own.push(id)
  }
  return examples
}

function vectorsOf(rows: readonly ReferenceRow[]): Float32Array[] {
  return rows.flatMap(({ measure }) => (measure instanceof Float32Array ? [measure] : []))
}

/** At most so many, evenly over all. */
function thin<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]).filter(
    item => item !== undefined,
  )
}

const ascending = (left: number, right: number): number => left - right
