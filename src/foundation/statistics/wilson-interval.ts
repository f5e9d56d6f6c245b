import { normalQuantile } from './special-functions.ts'

export interface Share {
  readonly count: number
  readonly total: number
  readonly share: number
  /** Of the confidence that was asked for. */
  readonly low: number
  readonly high: number
}

/** A share with its Wilson score interval, at 95 % unless told (Wilson 1927; Brown, Cai and DasGupta 2001, equation 4). */
export function wilsonInterval(count: number, total: number, confidence = 0.95): Share {
  if (total === 0) return { count, total, share: 0, low: 0, high: 1 }
  const z = normalQuantile((1 + confidence) / 2)
  const share = count / total
  const spread = 1 + (z * z) / total
  const center = (share + (z * z) / (2 * total)) / spread
  const half = (z / spread) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))
  return { count, total, share, low: Math.max(0, center - half), high: Math.min(1, center + half) }
}
