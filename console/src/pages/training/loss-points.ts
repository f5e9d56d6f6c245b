import type { TrainingPoint } from '../../api/types.ts'

export interface LossRow {
  readonly step: number
  readonly training?: number
  readonly validation?: number
}

/** The rows of a chart of losses, by step: at most so many of training, each the mean of its part; validation as it was measured. */
export function lossRows(points: readonly TrainingPoint[], most = 300): LossRow[] {
  const steps = points.filter(({ kind }) => kind === 'step')
  const size = Math.max(1, Math.ceil(steps.length / most))
  const rows = new Map<number, LossRow>()
  for (let from = 0; from < steps.length; from += size) {
    const part = steps.slice(from, from + size)
    const step = part.at(-1)?.step ?? 0
    rows.set(step, { step, training: part.reduce((sum, { loss }) => sum + loss, 0) / part.length })
  }
  for (const { kind, step, loss } of points)
    if (kind === 'evaluation') rows.set(step, { ...rows.get(step), step, validation: loss })
  return [...rows.values()].toSorted((left, right) => left.step - right.step)
}
