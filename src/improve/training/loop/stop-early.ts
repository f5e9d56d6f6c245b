import type { TrainingSpec } from '../training-spec.ts'

/** What the evaluations so far say of going on. A run that goes on after a crash comes to the same from the same lines. */
export interface EvaluationsSoFar {
  readonly bestStep: number
  readonly bestLoss: number
  /** Evaluations since the best one. */
  readonly since: number
  readonly isOver: boolean
}

export function judgeEvaluations(
  evaluations: readonly { readonly step: number; readonly heldOutLoss: number }[],
  { patience, minDelta }: NonNullable<TrainingSpec['earlyStopping']>,
): EvaluationsSoFar {
  let [bestStep, bestLoss, since] = [0, Number.POSITIVE_INFINITY, 0]
  for (const { step, heldOutLoss } of evaluations) {
    if (heldOutLoss < bestLoss - (bestStep === 0 ? 0 : minDelta)) {
      bestStep = step
      bestLoss = heldOutLoss
      since = 0
    } else since += 1
  }
  return { bestStep, bestLoss, since, isOver: since >= patience }
}
