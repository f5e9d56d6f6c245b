import type { DatasetCaller } from '../datasets.ts'
import type { Drive } from './drive.ts'
import { deleteCandidates, listCandidates } from './drive-store.ts'
import { drivePurpose, type DrivesContext } from './drives-context.ts'
import { readAnswered } from './read-answered.ts'

/** Ends the questions that wait, and frees their candidates for other drives. */
export async function withdrawDrive(
  context: DrivesContext,
  drive: Drive,
  caller: DatasetCaller,
): Promise<{ readonly withdrawn: number }> {
  const { id, tenant, dataset, versionNumber } = drive
  const withdrawn = await context.examples.withdraw({ tenant, purpose: drivePurpose, subject: id })
  const [{ answered, undecided }, candidates] = [
    await readAnswered(context, drive),
    await listCandidates(context.database, id),
  ]
  const open = candidates
    .map(({ inferenceId }) => inferenceId)
    .filter(inference => !answered.has(inference) && !undecided.has(inference))
  await deleteCandidates(context.database, id, open)
  await context.audit.record({
    actor: { id: caller.keyId ?? 'system', name: caller.author },
    action: 'dataset:withdraw-reviews',
    subject: `dataset:${dataset}@${versionNumber}`,
    tenant,
    requestId: caller.requestId,
    after: { drive: id, withdrawn },
  })
  return { withdrawn }
}
