export interface DiffPiece {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Beyond this many words on both sides together, what is between the common beginning and end is shown as a whole. */
const mostCells = 4_000_000

/** What was changed, word by word (longest common subsequence), neighbours of one kind in one piece. */
export function diffWords(before: string, after: string): DiffPiece[] {
  const left = before.match(/\s+|[^\s]+/g) ?? []
  const right = after.match(/\s+|[^\s]+/g) ?? []
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1
  let end = 0
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  )
    end += 1
  const pieces: DiffPiece[] = []
  const add = (kind: DiffPiece['kind'], text: string): void => {
    if (text === '') return
    const last = pieces.at(-1)
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text }
    else pieces.push({ kind, text })
  }
  add('same', left.slice(0, start).join(''))
  middle(left.slice(start, left.length - end), right.slice(start, right.length - end), add)
  add('same', left.slice(left.length - end).join(''))
  return pieces
}

/** A word in common says more than many spaces. */
function weightOf(piece: string): number {
  return piece.trim() === '' ? 1 : 8
}

function middle(
  left: readonly string[],
  right: readonly string[],
  add: (kind: DiffPiece['kind'], text: string) => void,
): void {
  const width = right.length + 1
  if (left.length * width > mostCells) {
    add('removed', left.join(''))
    add('added', right.join(''))
    return
  }
  const lengths = new Uint32Array((left.length + 1) * width)
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = left.length - 1; row >= 0; row -= 1)
    for (let column = right.length - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + weightOf(left[row] ?? '')
          : Math.max(at(row + 1, column), at(row, column + 1))
  let row = 0
  let column = 0
  while (row < left.length || column < right.length) {
    const [old, fresh] = [left[row], right[column]]
    if (old !== undefined && old === fresh) {
      add('same', old)
      row += 1
      column += 1
    } else if (fresh === undefined || (old !== undefined && at(row + 1, column) >= at(row, column + 1))) {
      add('removed', old ?? '')
      row += 1
    } else {
      add('added', fresh)
      column += 1
    }
  }
}
