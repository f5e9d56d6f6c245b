import { countCodes } from './count-codes.ts'

export interface CodedColumn {
  readonly codes: Uint8Array
  /** Codes lie below it. */
  readonly size: number
}

/** Two columns as one, or the last one alone. */
interface Block {
  readonly codes: Uint8Array | Uint16Array
  readonly size: number
  /** The code of each column within each code of the block. */
  readonly parts: readonly { readonly column: number; readonly codeOf: Uint8Array }[]
}

/**
 * How often each pair of codes stands in a row, for all pairs of columns: `counts[first]?.[second]`, `first` before `second`, has the pair at
 * `code of first × size of second + code of second`. A walk over the rows counts two blocks of two columns against each other, which are four
 * pairs: a quarter of the walks that single pairs would take.
 */
export function countPairs(columns: readonly CodedColumn[]): readonly (readonly Uint32Array[])[] {
  const counts = columns.map((first, index) =>
    columns.map((second, other) => new Uint32Array(index < other ? first.size * second.size : 0)),
  )
  const blocks: Block[] = []
  for (let first = 0; first < columns.length; first += 2)
    blocks.push(blockOf(columns.slice(first, first + 2), first))
  for (const [place, block] of blocks.entries()) {
    const [one, two] = block.parts
    const within = one && counts[one.column]
    if (within && two) within[two.column] = countCodes(block.codes, block.size)
    for (const other of blocks.slice(place + 1)) {
      const cells = countCells(block, other)
      for (const { column: first, codeOf } of block.parts)
        for (const { column: second, codeOf: secondOf } of other.parts) {
          const table = counts[first]?.[second]
          const width = columns[second]?.size ?? 0
          if (table)
            for (let cell = 0; cell < cells.length; cell += 1) {
              const [row, column] = [Math.floor(cell / other.size), cell % other.size]
              const at = (codeOf[row] as number) * width + (secondOf[column] as number)
              table[at] = (table[at] as number) + (cells[cell] as number)
            }
        }
    }
  }
  return counts
}

function blockOf([one, two]: readonly CodedColumn[], first: number): Block {
  if (!one) throw new Error('A block has a column at least.')
  const width = two?.size ?? 1
  const size = one.size * width
  const parts = [
    { column: first, codeOf: Uint8Array.from({ length: size }, (_, code) => Math.floor(code / width)) },
    ...(two
      ? [{ column: first + 1, codeOf: Uint8Array.from({ length: size }, (_, code) => code % width) }]
      : []),
  ]
  if (!two) return { codes: one.codes, size, parts }
  const [before, after] = [one.codes, two.codes]
  const codes = size <= 256 ? new Uint8Array(before.length) : new Uint16Array(before.length)
  for (let row = 0; row < codes.length; row += 1)
    codes[row] = (before[row] as number) * width + (after[row] as number)
  return { codes, size, parts }
}

function countCells({ codes, size: height }: Block, { codes: others, size: width }: Block): Uint32Array {
  const cells = new Uint32Array(height * width)
  for (let row = 0; row < codes.length; row += 1) {
    const cell = (codes[row] as number) * width + (others[row] as number)
    cells[cell] = (cells[cell] as number) + 1
  }
  return cells
}
