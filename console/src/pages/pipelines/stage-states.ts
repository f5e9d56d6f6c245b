import type { Tone } from '../../parts/status.tsx'

/** What a state is called, and how it is coloured. */
const states: Readonly<Record<string, { readonly word: string; readonly tone: Tone }>> = {
  queued: { word: 'queued', tone: 'idle' },
  waiting: { word: 'waits', tone: 'idle' },
  running: { word: 'running', tone: 'accent' },
  cancelling: { word: 'cancelling', tone: 'warn' },
  approval: { word: 'waits for approval', tone: 'warn' },
  succeeded: { word: 'succeeded', tone: 'good' },
  hit: { word: 'taken from before', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  skipped: { word: 'skipped', tone: 'idle' },
  cancelled: { word: 'cancelled', tone: 'warn' },
}

export function describeState(stage: { readonly state: string; readonly cache?: string | null }): {
  readonly word: string
  readonly tone: Tone
} {
  return states[stage.cache === 'hit' ? 'hit' : stage.state] ?? { word: stage.state, tone: 'idle' }
}
