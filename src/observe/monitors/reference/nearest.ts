import type { Random } from '../../../foundation/statistics/index.ts'

const neighbours = 5

/** The mean cosine distance (0 to 2) of a vector of length one to its nearest five rows. */
export function distanceToNearest(rows: Float32Array, vector: Float32Array): number {
  const dimensions = vector.length
  const best = new Float64Array(neighbours).fill(-2)
  for (let start = 0; start + dimensions <= rows.length; start += dimensions) {
    const likeness = dot(rows, start, vector)
    let place = neighbours - 1
    if (likeness <= (best[place] ?? 0)) continue
    for (; place > 0 && likeness > (best[place - 1] ?? 0); place -= 1) best[place] = best[place - 1] ?? 0
    best[place] = likeness
  }
  const found = best.filter(likeness => likeness > -2)
  return found.length === 0 ? 0 : 1 - found.reduce((sum, likeness) => sum + likeness, 0) / found.length
}

/** The row that a vector is most like. */
export function nearestRow(rows: Float32Array, vector: Float32Array): number {
  let [best, row] = [-2, 0]
  for (let start = 0; start + vector.length <= rows.length; start += vector.length) {
    const likeness = dot(rows, start, vector)
    if (likeness > best) [best, row] = [likeness, start / vector.length]
  }
  return row
}

function dot(rows: Float32Array, start: number, vector: Float32Array): number {
  let sum = 0
  for (let index = 0; index < vector.length; index += 1)
    sum += (rows[start + index] ?? 0) * (vector[index] ?? 0)
  return sum
}

const rounds = 10

/** Spherical k-means (Dhillon and Modha 2001), begun as k-means++ does: at most `count` centres of length one. */
export function findCentres(vectors: readonly Float32Array[], count: number, random: Random): Float32Array[] {
  const [first] = vectors
  if (!first) return []
  let centres = [random.pick(vectors)]
  while (centres.length < Math.min(count, vectors.length)) {
    const rows = concat(centres)
    const distances = vectors.map(vector => 1 - likenessToNearest(rows, vector))
    const total = distances.reduce((sum, distance) => sum + distance, 0)
    if (total < 1e-6) break
    let rest = random.next() * total
    const chosen = distances.findIndex(distance => (rest -= distance) < 0)
    centres.push(vectors.at(chosen) ?? first)
  }
  for (let round = 0; round < rounds; round += 1) {
    const rows = concat(centres)
    const sums = centres.map(() => new Float32Array(first.length))
    for (const vector of vectors) {
      const sum = sums[nearestRow(rows, vector)]
      if (sum)
        for (let index = 0; index < sum.length; index += 1)
          sum[index] = (sum[index] ?? 0) + (vector[index] ?? 0)
    }
    centres = sums.map((sum, index) => {
      const length = Math.hypot(...sum)
      return length === 0 ? (centres[index] ?? first) : sum.map(value => value / length)
    })
  }
  return centres
}

function likenessToNearest(rows: Float32Array, vector: Float32Array): number {
  return dot(rows, nearestRow(rows, vector) * vector.length, vector)
}

function concat(rows: readonly Float32Array[]): Float32Array {
  const dimensions = rows[0]?.length ?? 0
  const all = new Float32Array(rows.length * dimensions)
  for (const [index, row] of rows.entries()) all.set(row, index * dimensions)
  return all
}
