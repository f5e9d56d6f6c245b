import { Tooltip } from '@mantine/core'
import type { ComponentProps } from 'react'

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
  firing: 'bad',
  pending: 'warn',
  acknowledged: 'accent',
  resolved: 'good',
  serves: 'good',
  measures: 'accent',
  enforce: 'good',
  shadow: 'accent',
  off: 'idle',
  approved: 'good',
  edited: 'good',
  rejected: 'bad',
}

/** A word with a dot in its colour. */
export function ToneMark({ tone, children, ...rest }: ComponentProps<'span'> & { readonly tone: Tone }) {
  return (
    <span {...rest} className="status" data-tone={tone}>
      <span className="status-dot" aria-hidden="true" />
      {children}
    </span>
  )
}

/** A state, said in a word and a colour. */
export function Status({ state, reason }: { readonly state: string; readonly reason?: string | null }) {
  const tone = tones[state] ?? 'idle'
  if (reason === undefined || reason === null) return <ToneMark tone={tone}>{state}</ToneMark>
  return (
    <Tooltip label={reason}>
      <ToneMark tone={tone}>{state}</ToneMark>
    </Tooltip>
  )
}
