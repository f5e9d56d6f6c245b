import { writeFile } from 'node:fs/promises'
import { writeGguf } from '../gguf/write-gguf.ts'
import type { GgufTensor, GgufValue } from '../gguf/gguf-format.ts'
import { floatsAt, type Handle, onTensors, readTensor, type SeenTensor } from './llama-library.ts'

/** `enum ggml_op` and `enum ggml_type`. */
const matrixProduct = 29
const productByExpert = 30
const floats = 0
/** A product of fewer rows is one of a single token, not of a text that is read. */
const leastRows = 2

/**
 * How much each column of each matrix matters: the sum of squares of what it is multiplied with, over all tokens of the
 * examples (the importance matrix of llama.cpp, tools/imatrix). Layers of experts are not looked at.
 */
export class ImportanceCollector {
  readonly #sums = new Map<string, { readonly squares: Float64Array; rows: number }>()
  /** Names of matrices whose input depends on the expert that was chosen. */
  readonly leftOut = new Set<string>()
  readonly handle: Handle = onTensors((tensor, isAsked) => this.#see(tensor, isAsked))

  #see(tensor: SeenTensor, isAsked: boolean): boolean {
    if (tensor.operation !== matrixProduct && tensor.operation !== productByExpert) return !isAsked
    const [weights, input] = tensor.sources
    if (!weights || !input) return !isAsked
    const { name } = readTensor(weights)
    if (!name.startsWith('blk.') && name !== 'output.weight') return !isAsked
    if (tensor.operation === productByExpert) {
      this.leftOut.add(name)
      return !isAsked
    }
    const given = readTensor(input)
    const [columns = 0, rows = 0, more = 1, most = 1] = given.extents
    if (given.type !== floats || rows < leastRows || more * most > 1) return !isAsked
    if (isAsked) return true
    this.#add(name, floatsAt(given.data, columns * rows), columns, rows)
    return true
  }

  #add(name: string, values: Float32Array, columns: number, rows: number): void {
    const found = this.#sums.get(name) ?? { squares: new Float64Array(columns), rows: 0 }
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? 0
      const column = at % columns
      found.squares[column] = (found.squares[column] ?? 0) + value * value
    }
    found.rows += rows
    this.#sums.set(name, found)
  }

  get size(): number {
    return this.#sums.size
  }

  /** Writes it in the form that llama.cpp's own tools read. */
  async write(file: string, examples: number, contextSize: number): Promise<void> {
    const metadata = new Map<string, GgufValue>([
      ['general.type', { type: 'string', value: 'imatrix' }],
      ['imatrix.datasets', { type: 'strings', value: ['examples'] }],
      ['imatrix.chunk_count', { type: 'uint32', value: examples }],
      ['imatrix.chunk_size', { type: 'uint32', value: contextSize }],
    ])
    const tensors = [...this.#sums].flatMap(([name, { squares, rows }]): GgufTensor[] => [
      { name: `${name}.in_sum2`, dimensions: [1, squares.length], values: Float32Array.from(squares) },
      { name: `${name}.counts`, dimensions: [1, 1], values: Float32Array.of(rows) },
    ])
    await writeFile(file, writeGguf({ metadata, tensors }))
  }
}
