import type { Random } from './random.ts'

export interface MeanDiscrepancy {
  /** MMD² between the two, by the unbiased U-statistic; about 0, also below it, where they are the same. */
  readonly unbiased: number
  /** By the V-statistic, which is never negative. */
  readonly biased: number
  readonly bandwidth: number
  /** By permutation, where a source of permutations was given: (1 + those at least as far) / (1 + all). */
  readonly p?: number
}

type Vector = readonly number[]

/**
 * The maximum mean discrepancy with the kernel exp(−‖x − y‖² / 2σ²) (Gretton, Borgwardt, Rasch, Schölkopf and Smola, Journal of
 * Machine Learning Research 13, 2012: eq. 3 unbiased, eq. 5 biased). Without a bandwidth σ it is the median of the distances between
 * all points (their section 8). Takes time and memory for (n + m)² pairs: sample first, a thousand of each is plenty.
 * `undefined` with fewer than two of either.
 */
export function meanDiscrepancy(
  first: readonly Vector[],
  second: readonly Vector[],
  options: { readonly bandwidth?: number; readonly permutations?: number; readonly random?: Random } = {},
): MeanDiscrepancy | undefined {
  const [n, m] = [first.length, second.length]
  if (n < 2 || m < 2) return undefined
  const points = [...first, ...second]
  const size = points.length
  const squares = new Float64Array(size * size)
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < i; j += 1) {
      const square = squaredDistance(points[i] as Vector, points[j] as Vector)
      squares[i * size + j] = square
      squares[j * size + i] = square
    }
  const bandwidth = options.bandwidth ?? medianDistance(squares, size)
  const kernel = squares.map(square => Math.exp(-square / (2 * bandwidth * bandwidth)))
  const order = Uint32Array.from(points, (_, index) => index)
  const sums = sumRows(kernel, size)
  const found = discrepancy(kernel, sums, order, n)
  const { permutations = 0, random } = options
  if (permutations === 0 || !random) return { ...found, bandwidth }
  let asFar = 1
  for (let round = 0; round < permutations; round += 1) {
    for (let index = size - 1; index > 0; index -= 1) {
      const other = random.below(index + 1)
      const kept = order[index] as number
      order[index] = order[other] as number
      order[other] = kept
    }
    if (discrepancy(kernel, sums, order, n).unbiased >= found.unbiased) asFar += 1
  }
  return { ...found, bandwidth, p: asFar / (permutations + 1) }
}

/** Of each point's kernel with all others. */
function sumRows(kernel: Float64Array, size: number): Float64Array {
  const sums = new Float64Array(size)
  for (let i = 0; i < size; i += 1) {
    let sum = 0
    for (let j = 0; j < size; j += 1) if (j !== i) sum += kernel[i * size + j] as number
    sums[i] = sum
  }
  return sums
}

/** Only the pairs within the first sample are looked at: the sums of rows say what is left for the others. */
function discrepancy(
  kernel: Float64Array,
  sums: Float64Array,
  order: Uint32Array,
  n: number,
): Pick<MeanDiscrepancy, 'unbiased' | 'biased'> {
  const size = order.length
  const m = size - n
  let [within, first, all] = [0, 0, 0]
  for (let i = 0; i < size; i += 1) {
    const sum = sums[order[i] as number] as number
    all += sum
    if (i >= n) continue
    first += sum
    const row = (order[i] as number) * size
    for (let j = 0; j < i; j += 1) within += 2 * (kernel[row + (order[j] as number)] as number)
  }
  const between = first - within
  const withinOther = all - first - between
  const cross = (2 * between) / (n * m)
  return {
    unbiased: within / (n * (n - 1)) + withinOther / (m * (m - 1)) - cross,
    biased: (within + n) / (n * n) + (withinOther + m) / (m * m) - cross,
  }
}

function squaredDistance(a: Vector, b: Vector): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2
  return sum
}

function medianDistance(squares: Float64Array, size: number): number {
  const distances = new Float64Array((size * (size - 1)) / 2)
  let at = 0
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < i; j += 1) {
      distances[at] = squares[i * size + j] as number
      at += 1
    }
  const median = Math.sqrt(distances.toSorted()[Math.floor(distances.length / 2)] ?? 0)
  return median > 0 ? median : 1
}
