export interface Scored {
  readonly score: number
  readonly isAttack: boolean
}

/**
 * Slope and offset that make probabilities of scores (Platt 1999, targets of Lin, Lin and Weng 2007), by Newton's method; both
 * classes count the same in all.
 */
export function fitPlatt(scores: readonly Scored[]): { slope: number; offset: number } {
  const attacks = scores.filter(({ isAttack }) => isAttack).length
  const others = scores.length - attacks
  let [slope, offset] = [1, 0]
  for (let round = 0; round < 50; round += 1) {
    let [bySlope, byOffset, h11, h12, h22] = [0, 0, 1e-9, 0, 1e-9]
    for (const { score, isAttack } of scores) {
      const target = isAttack ? (attacks + 1) / (attacks + 2) : 1 / (others + 2)
      const share = scores.length / 2 / (isAttack ? attacks : others)
      const probability = 1 / (1 + Math.exp(-(slope * score + offset)))
      const curvature = probability * (1 - probability) * share
      bySlope += (probability - target) * score * share
      byOffset += (probability - target) * share
      h11 += curvature * score * score
      h12 += curvature * score
      h22 += curvature
    }
    const determinant = h11 * h22 - h12 * h12
    slope -= (h22 * bySlope - h12 * byOffset) / determinant
    offset -= (h11 * byOffset - h12 * bySlope) / determinant
  }
  return { slope, offset }
}
