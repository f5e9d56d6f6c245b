export interface Mark {
  readonly start: number
  readonly end: number
  readonly type: string
  readonly guard: string | null
}

export interface MarkedPiece {
  readonly text: string
  /** All that point at it; none where it is plain. */
  readonly marks: readonly Mark[]
}

/** A text cut wherever a mark begins or ends, so that marks may overlap. */
export function markedPieces(text: string, marks: readonly Mark[]): MarkedPiece[] {
  const within = marks.filter(({ start, end }) => start < end && start >= 0 && end <= text.length)
  const cuts = [...new Set([0, text.length, ...within.flatMap(({ start, end }) => [start, end])])].toSorted(
    (a, b) => a - b,
  )
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? 0
    return {
      text: text.slice(start, end),
      marks: within.filter(mark => mark.start <= start && mark.end >= end),
    }
  })
}
