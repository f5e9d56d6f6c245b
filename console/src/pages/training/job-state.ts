import type { TrainingJob } from '../../api/types.ts'
import type { Tone } from '../../parts/status.tsx'

const states = {
  validating_files: { word: 'looks at its data', tone: 'accent' },
  queued: { word: 'queued', tone: 'idle' },
  running: { word: 'running', tone: 'accent' },
  paused: { word: 'paused', tone: 'warn' },
  succeeded: { word: 'succeeded', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  cancelled: { word: 'cancelled', tone: 'warn' },
} as const satisfies Record<TrainingJob['state'], { word: string; tone: Tone }>

/** What a state is called, and how it is coloured. */
export function describeJob({ state }: Pick<TrainingJob, 'state'>): { word: string; tone: Tone } {
  return states[state]
}

export function formatLoss(loss: number | null): string {
  return loss === null ? '–' : loss.toPrecision(4)
}
