import type { JobPoint } from './job.ts'

/** The measures of a job as the result file of OpenAI's API has them. */
export function writeResultFile(points: readonly JobPoint[]): string {
  const byStep = new Map<number, Partial<Record<JobPoint['kind'], JobPoint>>>()
  for (const point of points) byStep.set(point.step, { ...byStep.get(point.step), [point.kind]: point })
  const rows = [...byStep.entries()]
    .toSorted(([left], [right]) => left - right)
    .map(([step, { step: training, evaluation }]) =>
      [
        step,
        training?.loss ?? '',
        training?.accuracy ?? '',
        evaluation?.loss ?? '',
        evaluation?.accuracy ?? '',
      ].join(','),
    )
  return `step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n${rows.map(row => `${row}\n`).join('')}`
}
