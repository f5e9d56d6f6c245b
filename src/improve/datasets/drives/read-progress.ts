import { readAnswered } from './read-answered.ts'
import type { Drive, Need } from './drive.ts'
import { listCandidates } from './drive-store.ts'
import { drivePurpose, type DrivesContext } from './drives-context.ts'
import { isOf } from './needs.ts'

export interface NeedProgress extends Need {
  /** Candidates that were asked about for it. */
  readonly asked: number
  /** Of them, how many were expected to be of it. */
  readonly expected: number
  /** Of them, those of which people have said all. */
  readonly answered: number
  /** Answered candidates of the whole drive that are of it. */
  readonly found: number
  readonly stillMissing: number
}

export interface DriveProgress {
  readonly needs: readonly NeedProgress[]
  readonly candidates: number
  readonly answered: number
  /** Of which people differ, or which they cannot tell. */
  readonly undecided: number
  readonly questions: { readonly pending: number; readonly decided: number; readonly withdrawn: number }
}

/** How far a drive is, need by need. */
export async function readProgress(context: DrivesContext, drive: Drive): Promise<DriveProgress> {
  const [candidates, questions, said] = await Promise.all([
    listCandidates(context.database, drive.id),
    context.examples.count({ tenant: drive.tenant, purpose: drivePurpose, subject: drive.id }),
    readAnswered(context, drive),
  ])
  const whole = candidates.flatMap(({ inferenceId, known }) => {
    const answers = said.answered.get(inferenceId)
    return answers ? [{ ...known, ...answers }] : []
  })
  return {
    needs: drive.plan.needs.map((need, at) => {
      const own = candidates.filter(candidate => candidate.need === at)
      const found = whole.filter(values => isOf(need, values)).length
      return {
        ...need,
        asked: own.length,
        expected: own.reduce((sum, { probability }) => sum + probability, 0),
        answered: own.filter(({ inferenceId }) => said.answered.has(inferenceId)).length,
        found,
        stillMissing: Math.max(0, need.missing - found),
      }
    }),
    candidates: candidates.length,
    answered: whole.length,
    undecided: said.undecided.size,
    questions,
  }
}
