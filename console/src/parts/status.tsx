import { Tooltip } from '@mantine/core'

export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'accent'

const tones: Readonly<Record<string, Tone>> = {
  ok: 'good',
  ready: 'good',
  completed: 'good',
  validating: 'accent',
  'in progress': 'accent',
  finalizing: 'accent',
  cancelling: 'warn',
  active: 'good',
  error: 'bad',
  failed: 'bad',
  revoked: 'idle',
  stopped: 'idle',
  expired: 'idle',
  aborted: 'warn',
  degraded: 'warn',
  starting: 'accent',
  restarting: 'warn',
  'takes calls': 'good',
  'left alone': 'bad',
  'being tried': 'warn',
  'cooling down': 'warn',
  serves: 'good',
  measures: 'accent',
}

/** A state, said in a word and a colour. */
export function Status({ state, reason }: { readonly state: string; readonly reason?: string | null }) {
  const mark = (
    <span className="status" data-tone={tones[state] ?? 'idle'}>
      <span className="status-dot" aria-hidden="true" />
      {state}
    </span>
  )
  return reason === undefined || reason === null ? mark : <Tooltip label={reason}>{mark}</Tooltip>
}
