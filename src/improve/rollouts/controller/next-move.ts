import type { Change } from '../change-rollout.ts'
import { type Rollout, stepCount } from '../rollout.ts'
import type { SeenBurst } from '../burst-store.ts'
import { sayStep } from '../verdicts/judge-step.ts'
import { bestOf } from '../verdicts/narrow.ts'
import type { StepJudgement } from '../verdicts/verdict.ts'

/** What follows of a verdict for a rollout; `undefined` where it stays as it is. */
export function moveOn(rollout: Rollout, judgement: StepJudgement, now: Date): Change | undefined {
  const failed = judgement.candidates.filter(
    // what is beaten does no harm, and waits where a person holds the rollout
    ({ decision, beatenBy = [] }) =>
      decision === 'roll-back' || (beatenBy.length > 0 && rollout.state === 'running'),
  )
  if (failed.length > 0)
    return leaveOut(
      rollout,
      failed.map(({ release }) => release),
      judgement.reasons.join(' '),
      now,
    )
  // a person holds it, or is waited for
  if (rollout.state !== 'running' || judgement.decision !== 'promote') return undefined
  return passStep(rollout, judgement, judgement.reasons.join(' '), now)
}

/** Takes candidates out: the whole rollout where none is left, and a step of its own for the others where some are. */
export function leaveOut(rollout: Rollout, releases: readonly string[], reason: string, now: Date): Change {
  const arms = rollout.arms.filter(arm => !releases.includes(arm))
  if (arms.length > 0)
    return {
      kind: 'left-out',
      rollout: { ...rollout, arms, ...freshStep(rollout.step + 1, now) },
      reason: `${releases.join(', ')} is left out. ${reason}`,
    }
  if (rollout.candidates.length > 1)
    return { kind: 'concluded', rollout: { ...rollout, arms, state: 'concluded' }, reason }
  return { kind: 'rolled-back', rollout: { ...rollout, state: 'rolled-back' }, reason }
}

/** The step is passed: the next one, somebody's yes before the last, or the promotion. */
export function passStep(
  rollout: Rollout,
  judgement: Pick<StepJudgement, 'candidates'> | undefined,
  reason: string,
  now: Date,
): Change {
  if (rollout.plan.test) {
    const best =
      rollout.plan.test.promote === 'best' ? bestOf(rollout, judgement?.candidates ?? []) : undefined
    if (best !== undefined) return promote(rollout, best, reason, now)
    return { kind: 'concluded', rollout: { ...rollout, state: 'concluded' }, reason }
  }
  const last = stepCount(rollout) - 1
  if (rollout.step >= last) return promote(rollout, rollout.arms[0] ?? rollout.baseline, reason, now)
  if (rollout.plan.approval && rollout.step + 1 === last && rollout.state !== 'approval')
    return {
      kind: 'asked-for-approval',
      rollout: { ...rollout, state: 'approval' },
      reason: `Somebody else than ${rollout.author} has to say yes before the last step. ${reason}`,
    }
  const next = {
    ...rollout,
    ...freshStep(rollout.step + 1, now),
    state: 'running' as const,
    pausedAt: undefined,
  }
  return { kind: 'advanced', rollout: next, reason: `${capital(sayStep(next))}. ${reason}` }
}

/** All traffic goes to the candidate; where an alias is to be moved, the rollout is not over yet. */
export function promote(rollout: Rollout, winner: string, reason: string, now: Date): Change {
  const state = rollout.plan.onPromoted ? ('promoting' as const) : ('promoted' as const)
  return {
    kind: state,
    rollout: { ...rollout, winner, state, promotingAt: now, pausedAt: undefined },
    reason,
  }
}

/** What was declared for one that is undecided when its time is over. */
export function atDeadline(rollout: Rollout, reasons: readonly string[], now: Date): Change {
  const reason = `Undecided at its deadline (${rollout.plan.deadline}). ${reasons.join(' ')}`.trim()
  if (rollout.plan.atDeadline === 'hold')
    return { kind: 'paused', rollout: { ...rollout, state: 'paused', pausedAt: now }, reason }
  const state = rollout.candidates.length > 1 ? ('concluded' as const) : ('rolled-back' as const)
  return { kind: state, rollout: { ...rollout, state }, reason }
}

export function afterBursts(rollout: Rollout, bursts: readonly SeenBurst[], now: Date): Change | undefined {
  const releases = rollout.arms.filter(arm => bursts.some(({ release }) => release === arm))
  if (releases.length === 0) return undefined
  const said = bursts
    .filter(({ release }) => releases.includes(release))
    .map(
      ({ seenBy, evidence }) => `${seenBy} stopped sending to it at once: ${String(evidence['explanation'])}`,
    )
  return leaveOut(rollout, releases, said.slice(0, 3).join(' '), now)
}

/** Judges begin anew with a step, since what is split otherwise is not compared together; but where candidates are narrowed. */
const freshStep = (step: number, now: Date) => ({ step, stepStartedAt: now, judged: 0 })

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
