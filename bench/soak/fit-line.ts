export interface Line {
  readonly intercept: number
  readonly slope: number
  /** Half of the width of the 95 % interval of the slope. */
  readonly slopeMargin: number
}

/**
 * Least squares of y on x. The interval is Student's, from the residuals; it supposes that those are independent, so give
 * it averages over times that are long beside what a garbage collector swings in.
 */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const count = points.length
  if (count < 3) throw new Error(`A line with its error needs 3 points, not ${count}.`)
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count
  const squaresX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squaresX
  const intercept = meanY - slope * meanX
  const squaresLeft = points.reduce((sum, [x, y]) => sum + (y - intercept - slope * x) ** 2, 0)
  const error = Math.sqrt(squaresLeft / (count - 2) / squaresX)
  return { intercept, slope, slopeMargin: studentQuantile(count - 2) * error }
}

/** The 97.5 % quantile of Student's t; Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5) from 5 degrees on. */
function studentQuantile(degrees: number): number {
  const exact = [12.706, 4.303, 3.182, 2.776][degrees - 1]
  if (exact !== undefined) return exact
  const z = 1.959964
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  )
}
