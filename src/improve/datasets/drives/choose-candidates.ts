export interface ChosenCandidate {
  readonly candidate: number
  readonly need: number
  readonly probability: number
}

/**
 * Whom to ask about: always for the need of which the largest part is still to be expected, the candidate that most probably belongs to
 * it. What one probably brings is taken off every need that it may belong to. Ends when each need is expected to be met, the budget is
 * spent, or no candidate is at least as probable as `least`. Of equals the first is taken, so that the same are chosen again.
 */
export function chooseCandidates(
  /** `probabilities[candidate][need]`. */
  probabilities: readonly ArrayLike<number>[],
  missing: readonly number[],
  options: { readonly most: number; readonly least: number },
): ChosenCandidate[] {
  const remaining = missing.map(Number)
  const order = missing.map((_, need) =>
    probabilities
      .map((row, candidate) => ({ candidate, probability: row[need] ?? 0 }))
      .filter(({ probability }) => probability > 0 && probability >= options.least)
      .toSorted((left, right) => right.probability - left.probability || left.candidate - right.candidate),
  )
  const next = missing.map(() => 0)
  const isTaken = new Uint8Array(probabilities.length)
  const chosen: ChosenCandidate[] = []
  while (chosen.length < options.most) {
    let need = -1
    for (const [at, left] of remaining.entries()) {
      const own = order[at] ?? []
      while (isTaken[own[next[at] ?? 0]?.candidate ?? -1] === 1) next[at] = (next[at] ?? 0) + 1
      const share = left / (missing[at] ?? 1)
      const isOpen = left > 0 && (next[at] ?? 0) < own.length
      if (isOpen && (need === -1 || share > (remaining[need] ?? 0) / (missing[need] ?? 1))) need = at
    }
    const best = order[need]?.[next[need] ?? 0]
    if (!best) break
    isTaken[best.candidate] = 1
    chosen.push({ ...best, need })
    for (const [at, left] of remaining.entries())
      remaining[at] = left - (probabilities[best.candidate]?.[at] ?? 0)
  }
  return chosen
}
