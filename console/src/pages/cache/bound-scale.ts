import type { ServiceCache } from '../../api/types.ts'

export type Semantic = NonNullable<ServiceCache['semantic']>

/** Where the marks of the drawing are, in percent of its width. */
export interface BoundScale {
  readonly allowed: number
  readonly bound: number
  /** The share that was wrong among the trials; `undefined` before the first. */
  readonly observed: number | undefined
  /** The share of wrong hits at the right end. */
  readonly most: number
}

/** Shows twice what is allowed, or as far as the bound reaches. */
export function boundScale({ trials, wrong, wrong_bound, max_wrong }: Semantic): BoundScale {
  const most = Math.min(1, Math.max(wrong_bound * 1.1, max_wrong * 2))
  const place = (share: number) => Math.min(100, (share / most) * 100)
  return {
    allowed: place(max_wrong),
    bound: place(wrong_bound),
    observed: trials === 0 ? undefined : place(wrong / trials),
    most,
  }
}
