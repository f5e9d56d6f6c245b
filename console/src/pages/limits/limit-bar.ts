import type { ScopeLimits } from '../../api/types.ts'

export type Rule = ScopeLimits['rules'][number]

/** Where the parts of a window's bar end, in percent of its width. */
export interface Bar {
  readonly spent: number
  /** Where what is set aside ends, which begins at `spent`. */
  readonly held: number
  /** Where the limit is; 100 unless the forecast lies beyond it. */
  readonly limit: number
  /** What will be spent at the end of the window; `undefined` where there is no telling yet. */
  readonly forecast: number | undefined
  readonly tone: 'calm' | 'near' | 'full'
}

/** How far beyond the limit a forecast is still drawn where it is. */
const longest = 1.5
const nearShare = 0.8

export function barOf({ limit, spent, leased, forecast }: Rule): Bar {
  const most = limit * Math.min(longest, Math.max(1, (forecast ?? 0) / limit))
  const place = (amount: number) => Math.min(100, (amount / most) * 100)
  return {
    spent: place(spent),
    held: place(spent + leased),
    limit: place(limit),
    forecast: forecast === null ? undefined : place(forecast),
    tone: spent >= limit ? 'full' : spent >= limit * nearShare ? 'near' : 'calm',
  }
}
