import type { ExportRow } from './export-row.ts'

/** An answer as we recorded it. */
export interface OurAnswer {
  readonly inferenceId: string
  readonly answerId: string
  readonly costNanoUsd: number | undefined
}

export interface AnswerMatches {
  readonly matched: number
  /** Both tell what it cost, and not the same. */
  readonly different: readonly { readonly ours: OurAnswer; readonly theirsNanoUsd: number }[]
  /** Answers that we have and the export has not. */
  readonly onlyOurs: readonly OurAnswer[]
  /** Ids of the export that we know nothing of. */
  readonly onlyTheirs: readonly string[]
}

/** Matches answer by answer by the provider's own ids; `undefined` where the export has none. */
export function matchAnswers(
  ours: readonly OurAnswer[],
  rows: readonly ExportRow[],
  day: string,
): AnswerMatches | undefined {
  const theirs = new Map<string, number | undefined>()
  for (const row of rows) {
    if (row.answerId === undefined || (row.day !== undefined && row.day !== day)) continue
    const before = theirs.get(row.answerId)
    const both = row.costNanoUsd === undefined ? before : (before ?? 0) + row.costNanoUsd
    theirs.set(row.answerId, both)
  }
  if (theirs.size === 0) return undefined
  const known = ours.filter(({ answerId }) => theirs.has(answerId))
  const ids = new Set(known.map(({ answerId }) => answerId))
  return {
    matched: known.length,
    different: known.flatMap(our => {
      const theirsNanoUsd = theirs.get(our.answerId)
      return theirsNanoUsd !== undefined && theirsNanoUsd !== our.costNanoUsd
        ? [{ ours: our, theirsNanoUsd }]
        : []
    }),
    onlyOurs: ours.filter(({ answerId }) => !theirs.has(answerId)),
    onlyTheirs: [...theirs.keys()].filter(id => !ids.has(id)),
  }
}
