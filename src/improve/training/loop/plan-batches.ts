import { createRandom } from '../../../foundation/statistics/index.ts'
import type { EncodedExample } from './encode-example.ts'

export interface BatchPlan {
  /** The length that the rows are padded to. */
  readonly rowLength: number
  /** How many rows the batch has, filled or not. */
  readonly rows: number
  /** Indices of the examples, one per row. */
  readonly examples: readonly number[]
}

/**
 * One pass over the examples as batches of equal shape per row length, in an order drawn from the seed and the pass: each
 * example goes to the shortest row length that holds it, and a batch is due when its rows are full. The rest of the
 * pass goes out in batches with empty rows. Examples longer than every row are left out.
 */
export function planBatches(
  lengths: readonly number[],
  options: {
    readonly rowLengths: readonly number[]
    readonly batchTokens: number
    readonly seed: number
    readonly pass: number
  },
): BatchPlan[] {
  const random = createRandom(options.seed, 'batches', options.pass)
  const order = lengths.map((_, index) => index)
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1)
    const held = order[index] ?? 0
    order[index] = order[other] ?? 0
    order[other] = held
  }

  const open = [...options.rowLengths]
    .sort((a, b) => a - b)
    .map(rowLength => ({
      rowLength,
      rows: Math.max(1, Math.floor(options.batchTokens / rowLength)),
      examples: [] as number[],
    }))
  const plan: BatchPlan[] = []
  for (const index of order) {
    // the last id is only ever a target
    const needed = (lengths[index] ?? 0) - 1
    const batch = open.find(({ rowLength }) => needed <= rowLength)
    if (batch === undefined) continue
    batch.examples.push(index)
    if (batch.examples.length === batch.rows) {
      plan.push({ ...batch })
      batch.examples = []
    }
  }
  return [...plan, ...open.filter(({ examples }) => examples.length > 0)]
}

export interface Batch {
  readonly rows: number
  readonly rowLength: number
  /** `[rows, rowLength]`, row after row, padded with the end token. */
  readonly tokens: Int32Array<ArrayBuffer>
  /** What follows each token. */
  readonly targets: Int32Array<ArrayBuffer>
  /** What each target counts in the loss: 1 in the output, less in the input, 0 in padding. */
  readonly weights: Float32Array<ArrayBuffer>
}

export function buildBatch(
  plan: BatchPlan,
  examples: readonly EncodedExample[],
  options: { readonly padding: number; readonly inputLossWeight: number },
): Batch {
  const size = plan.rows * plan.rowLength
  const tokens = new Int32Array(size).fill(options.padding)
  const targets = new Int32Array(size).fill(options.padding)
  const weights = new Float32Array(size)
  plan.examples.forEach((index, row) => {
    const example = examples[index]
    if (example === undefined) throw new RangeError(`There is no example ${index}.`)
    const { ids, outputFrom, weight } = example
    for (let position = 0; position + 1 < ids.length; position += 1) {
      const at = row * plan.rowLength + position
      tokens[at] = ids[position] ?? 0
      targets[at] = ids[position + 1] ?? 0
      weights[at] = weight * (position + 1 >= outputFrom ? 1 : options.inputLossWeight)
    }
  })
  return { rows: plan.rows, rowLength: plan.rowLength, tokens, targets, weights }
}
