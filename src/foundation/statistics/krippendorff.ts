import { bootstrapInterval, type BootstrapOptions, type Interval } from './bootstrap.ts'

/** How two values of one item differ: as names, as places in an order, as numbers, as amounts. */
export type MeasurementLevel = 'nominal' | 'ordinal' | 'interval' | 'ratio'

export interface Alpha {
  /** 1 is full agreement, 0 what chance alone would give; 0.8 is usually asked for, below 0.667 nothing should be concluded. */
  readonly alpha: number
  /** Items that two or more have judged. */
  readonly items: number
  /** Values of those items. */
  readonly values: number
}

/**
 * Krippendorff's α for any number of raters, any level of measurement and missing values (Krippendorff, Computing
 * Krippendorff's Alpha-Reliability, 2011, section C: α = 1 − (n − 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck over the coincidences of
 * values). `items[u]` are the values that item `u` was given, in any order; items with one value say nothing. `undefined`
 * where nothing can be compared, or all values are the same.
 */
export function krippendorffAlpha(
  items: readonly (readonly number[])[],
  level: MeasurementLevel,
): Alpha | undefined {
  const { profiles, profileOf, values } = profilesOf(items.filter(item => item.length > 1))
  if (values.length < 2) return undefined
  const counts = new Uint32Array(profiles.length)
  for (const profile of profileOf) counts[profile] = (counts[profile] ?? 0) + 1
  const alpha = alphaOf(profiles, counts, values, level)
  if (Number.isNaN(alpha)) return undefined
  const total = items.reduce((sum, item) => sum + (item.length > 1 ? item.length : 0), 0)
  return { alpha, items: profileOf.length, values: total }
}

/**
 * The same with an interval by the bootstrap over items, each with all of its values. `undefined` where α is, or for fewer than
 * two items. Time goes with items times resamples; items with the same values are counted, not compared anew.
 */
export function krippendorffInterval(
  items: readonly (readonly number[])[],
  level: MeasurementLevel,
  options: BootstrapOptions,
): Interval | undefined {
  const { profiles, profileOf, values } = profilesOf(items.filter(item => item.length > 1))
  if (values.length < 2) return undefined
  const counts = new Uint32Array(profiles.length)
  return bootstrapInterval(
    profileOf.length,
    indices => {
      counts.fill(0)
      for (let at = 0; at < indices.length; at += 1) {
        const profile = profileOf[indices[at] as number] as number
        counts[profile] = (counts[profile] as number) + 1
      }
      return alphaOf(profiles, counts, values, level)
    },
    options,
  )
}

/** What items with the same values add to the coincidences: cells of the square, and how much to each. */
type Profile = readonly (readonly [cell: number, weight: number])[]

function profilesOf(items: readonly (readonly number[])[]): {
  readonly profiles: readonly Profile[]
  readonly profileOf: Uint32Array
  readonly values: readonly number[]
} {
  const values = [...new Set(items.flat())].toSorted((a, b) => a - b)
  const place = new Map(values.map((value, index) => [value, index]))
  const known = new Map<string, number>()
  const profiles: Profile[] = []
  const profileOf = Uint32Array.from(items, item => {
    const sorted = item.map(value => place.get(value) ?? 0).toSorted((a, b) => a - b)
    const name = sorted.join(' ')
    const index = known.get(name)
    if (index !== undefined) return index
    const counts = [...Map.groupBy(sorted, value => value)]
    profiles.push(
      counts.flatMap(([c, first]) =>
        counts.map(
          ([k, second]) =>
            [
              c * values.length + k,
              (first.length * (second.length - (c === k ? 1 : 0))) / (sorted.length - 1),
            ] as const,
        ),
      ),
    )
    known.set(name, profiles.length - 1)
    return profiles.length - 1
  })
  return { profiles, profileOf, values }
}

/** `NaN` where all values are the same. */
function alphaOf(
  profiles: readonly Profile[],
  counts: Uint32Array,
  values: readonly number[],
  level: MeasurementLevel,
): number {
  const size = values.length
  const coincidences = new Float64Array(size * size)
  for (const [index, profile] of profiles.entries()) {
    const count = counts[index] as number
    if (count === 0) continue
    for (const [cell, weight] of profile) coincidences[cell] = (coincidences[cell] as number) + count * weight
  }
  const totals = Array.from({ length: size }, () => 0)
  for (let c = 0; c < size; c += 1)
    for (let k = 0; k < size; k += 1) totals[c] = (totals[c] ?? 0) + (coincidences[c * size + k] as number)
  const total = totals.reduce((sum, count) => sum + count, 0)
  const distance = squaredDistance(values, totals, level)
  let [observed, expected] = [0, 0]
  for (let c = 0; c < size; c += 1)
    for (let k = 0; k < size; k += 1) {
      const apart = distance(c, k)
      observed += (coincidences[c * size + k] as number) * apart
      expected += (totals[c] ?? 0) * (totals[k] ?? 0) * apart
    }
  return expected === 0 ? Number.NaN : 1 - ((total - 1) * observed) / expected
}

function squaredDistance(
  values: readonly number[],
  totals: readonly number[],
  level: MeasurementLevel,
): (c: number, k: number) => number {
  if (level === 'nominal') return (c, k) => (c === k ? 0 : 1)
  if (level === 'ordinal') {
    const before = [0]
    for (const count of totals) before.push((before.at(-1) ?? 0) + count)
    return (c, k) => {
      const [low, high] = c < k ? [c, k] : [k, c]
      const between = (before[high + 1] ?? 0) - (before[low] ?? 0)
      return (between - ((totals[low] ?? 0) + (totals[high] ?? 0)) / 2) ** 2
    }
  }
  return (c, k) => {
    const [first, second] = [values[c] ?? 0, values[k] ?? 0]
    if (level === 'interval') return (first - second) ** 2
    return first + second === 0 ? 0 : ((first - second) / (first + second)) ** 2
  }
}
