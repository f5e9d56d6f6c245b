import { secondsOf } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { Change } from './change-rollout.ts'
import { passStep, promote } from './controller/next-move.ts'
import type { Rollout } from './rollout.ts'

/** What people may do with a rollout in its state, and what becomes of it; each throws `conflict` where that cannot be. */
export const byHand = {
  pause(rollout: Rollout, reason: string, now: Date): Change {
    if (rollout.state !== 'running' && rollout.state !== 'approval')
      throw new Failure('conflict', `The rollout is ${rollout.state}, which cannot be paused.`)
    return { kind: 'paused', rollout: { ...rollout, state: 'paused', pausedAt: now }, reason }
  },

  resume(rollout: Rollout, reason: string, now: Date): Change {
    if (rollout.state === 'blocked')
      return { kind: 'promoting', rollout: { ...rollout, state: 'promoting', promotingAt: now }, reason }
    if (rollout.state !== 'paused' || !rollout.pausedAt)
      throw new Failure('conflict', `The rollout is ${rollout.state}: there is nothing to resume.`)
    // its time stood still, and one that is past its deadline gets as long again
    const left = rollout.deadlineAt.getTime() - rollout.pausedAt.getTime()
    const deadlineMs = left > 0 ? left : secondsOf(rollout.plan.deadline) * 1_000
    const deadlineAt = new Date(now.getTime() + deadlineMs)
    return {
      kind: 'resumed',
      rollout: { ...rollout, state: 'running', pausedAt: undefined, deadlineAt },
      reason,
    }
  },

  promote(rollout: Rollout, to: 'next' | 'all', reason: string, now: Date): Change {
    if (rollout.plan.test) {
      const [only, ...others] = rollout.arms
      if (only === undefined || others.length > 0)
        throw new Failure(
          'invalid_request',
          `Several candidates are compared (${rollout.arms.join(', ')}); send the traffic to one of them: slipway rollout back ${rollout.service} RELEASE`,
        )
      return promote(rollout, only, reason, now)
    }
    if (to === 'all') return promote(rollout, rollout.arms[0] ?? rollout.baseline, reason, now)
    return passStep({ ...rollout, state: 'approval' }, undefined, reason, now)
  },

  approve(rollout: Rollout, reason: string, now: Date): Change {
    return { ...passStep(rollout, undefined, reason, now), kind: 'approved' }
  },

  abort(rollout: Rollout, reason: string): Change {
    return { kind: 'aborted', rollout: { ...rollout, state: 'aborted' }, reason }
  },
}
