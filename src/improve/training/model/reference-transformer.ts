import { headWidth, parameterShapes, type ModelShape } from './model-shape.ts'
import { rotaryTable } from './rotary-table.ts'
import type { Weights } from './weights.ts'

/**
 * Logits of every position of one sequence, in plain loops and double precision: slow, short, and what the trainer's
 * kernels and llama.cpp are compared with.
 */
export function referenceLogits(
  shape: ModelShape,
  weights: Weights,
  tokens: readonly number[],
): Float64Array<ArrayBuffer>[] {
  const named = new Map(parameterShapes(shape).map(({ name }, index) => [name, weights[index]]))
  const parameter = (name: string): Float32Array => {
    const values = named.get(name)
    if (values === undefined) throw new RangeError(`The weights lack ${name}.`)
    return values
  }
  const embedding = parameter('token_embd.weight')
  const size = headWidth(shape)
  const table = rotaryTable(tokens.length, size, shape.ropeBase)
  let stream = tokens.map(token =>
    Float64Array.from(embedding.subarray(token * shape.width, (token + 1) * shape.width)),
  )

  for (let layer = 0; layer < shape.layers; layer += 1) {
    const of = (name: string): Float32Array => parameter(`blk.${layer}.${name}.weight`)
    const attended = stream.map(row => normalize(row, of('attn_norm'), shape.normEpsilon))
    const queries = attended.map((row, position) =>
      rotate(multiply(of('attn_q'), row), position, size, table),
    )
    const keys = attended.map((row, position) => rotate(multiply(of('attn_k'), row), position, size, table))
    const values = attended.map(row => multiply(of('attn_v'), row))
    stream = stream.map((row, position) => {
      const mixed = attend(shape, queries[position] ?? row, keys, values, position)
      return add(row, multiply(of('attn_output'), mixed))
    })
    stream = stream.map(row => {
      const fed = normalize(row, of('ffn_norm'), shape.normEpsilon)
      const up = multiply(of('ffn_up'), fed)
      const hidden = multiply(of('ffn_gate'), fed).map(
        (gate, index) => (gate / (1 + Math.exp(-gate))) * (up[index] ?? 0),
      )
      return add(row, multiply(of('ffn_down'), hidden))
    })
  }
  return stream.map(row =>
    multiply(embedding, normalize(row, parameter('output_norm.weight'), shape.normEpsilon)),
  )
}

/** Scaled dot-product attention (Vaswani et al. 2017, equation 1) over the positions up to `position`. */
function attend(
  shape: ModelShape,
  query: Float64Array,
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
  position: number,
): Float64Array<ArrayBuffer> {
  const size = headWidth(shape)
  const mixed = new Float64Array(shape.heads * size)
  for (let head = 0; head < shape.heads; head += 1) {
    const shared = Math.floor(head / (shape.heads / shape.keyValueHeads)) * size
    const scores = keys
      .slice(0, position + 1)
      .map(key => dot(query, head * size, key, shared, size) / Math.sqrt(size))
    const highest = Math.max(...scores)
    const chances = scores.map(score => Math.exp(score - highest))
    const total = chances.reduce((sum, chance) => sum + chance, 0)
    chances.forEach((chance, index) => {
      for (let at = 0; at < size; at += 1) {
        mixed[head * size + at] =
          (mixed[head * size + at] ?? 0) + (chance / total) * (values[index]?.[shared + at] ?? 0)
      }
    })
  }
  return mixed
}

function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, count: number): number {
  let sum = 0
  for (let index = 0; index < count; index += 1) sum += (a[fromA + index] ?? 0) * (b[fromB + index] ?? 0)
  return sum
}

function multiply(matrix: Float32Array, vector: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: matrix.length / vector.length }, (_, row) => {
    let sum = 0
    for (let index = 0; index < vector.length; index += 1) {
      sum += (matrix[row * vector.length + index] ?? 0) * (vector[index] ?? 0)
    }
    return sum
  })
}

function normalize(
  row: Float64Array<ArrayBuffer>,
  gain: Float32Array,
  epsilon: number,
): Float64Array<ArrayBuffer> {
  const meanSquare = dot(row, 0, row, 0, row.length) / row.length
  return row.map((value, index) => (value / Math.sqrt(meanSquare + epsilon)) * (gain[index] ?? 0))
}

function rotate(
  row: Float64Array<ArrayBuffer>,
  position: number,
  size: number,
  table: ReturnType<typeof rotaryTable>,
): Float64Array<ArrayBuffer> {
  return row.map((value, index) => {
    const at = position * size + (index % size)
    const partner = row[index ^ 1] ?? 0
    return value * (table.cosines[at] ?? 0) + partner * (table.sines[at] ?? 0)
  })
}

function add(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  return a.map((value, index) => value + (b[index] ?? 0))
}
