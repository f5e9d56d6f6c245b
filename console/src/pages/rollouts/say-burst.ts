import type { RolloutDetail } from '../../api/rollouts.ts'
import { formatShare } from '../../format/number.ts'

type Burst = Pick<RolloutDetail['bursts'][number], 'release' | 'evidence'>

/** What a process saw of a candidate that it stopped sending to, in words, with what it may err by. */
export function sayBurst({ release, evidence }: Burst): string {
  const { reason, explanation, alpha } = evidence
  const said = typeof explanation === 'string' ? explanation : `It stopped sending to ${release}.`
  if (reason === 'target-down')
    return `All targets of ${release} are taken out, and those of the baseline are not. ${said}`
  if (typeof alpha !== 'number') return said
  // of numbers so small, one in how many says more
  return `${said} Wrong with a chance of ${alpha >= 0.001 ? formatShare(alpha, 1) : `1 in ${Math.round(1 / alpha).toLocaleString('en')}`} at most.`
}
