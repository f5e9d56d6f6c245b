import type { Batch } from '../../api/types.ts'

const running: readonly string[] = ['validating', 'in_progress', 'finalizing', 'cancelling']

export function isRunning({ status }: Pick<Batch, 'status'>): boolean {
  return running.includes(status)
}

/** As a reader says it. */
export function stateOf({ status }: Pick<Batch, 'status'>): string {
  return status.replace('_', ' ')
}

export function linesLeft({
  total,
  completed,
  failed,
}: Pick<Batch, 'total' | 'completed' | 'failed'>): number {
  return total - completed - failed
}
