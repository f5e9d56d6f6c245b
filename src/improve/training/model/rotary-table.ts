export interface RotaryTable {
  /** `[positions, headWidth]`, the cosine of each pair's angle twice. */
  readonly cosines: Float32Array<ArrayBuffer>
  /** `[positions, headWidth]`, the sine of each pair's angle, first negative and then positive. */
  readonly sines: Float32Array<ArrayBuffer>
}

/**
 * Angles of rotary position embedding (Su et al. 2021, equation 34): the pair (2i, 2i+1) of position t turns by
 * t · base^(−2i/headWidth). Neighbouring pairs are turned, as llama.cpp does for this architecture.
 */
export function rotaryTable(positions: number, headWidth: number, base: number): RotaryTable {
  const cosines = new Float32Array(positions * headWidth)
  const sines = new Float32Array(positions * headWidth)
  for (let position = 0; position < positions; position += 1) {
    for (let pair = 0; pair < headWidth / 2; pair += 1) {
      const angle = position * base ** ((-2 * pair) / headWidth)
      const at = position * headWidth + 2 * pair
      cosines[at] = Math.cos(angle)
      cosines[at + 1] = Math.cos(angle)
      sines[at] = -Math.sin(angle)
      sines[at + 1] = Math.sin(angle)
    }
  }
  return { cosines, sines }
}
