import type { Target } from '../../api/types.ts'
import { formatDuration, formatUptime } from '../../format/duration.ts'

/** The state of a target's circuit breaker, in the words of somebody who waits for an answer. */
const states = {
  closed: 'takes calls',
  open: 'left alone',
  'half-open': 'being tried',
  cooling: 'cooling down',
  unknown: 'not called yet',
} as const satisfies Record<Target['state'], string>

export function stateOf({ state }: Target): string {
  return states[state]
}

/** What it is there for, and how busy and fast it is: `weight 3 · 2 under way · 420 ms`. */
export function describeTarget(target: Target, isOnly: boolean): string {
  const parts: string[] = []
  if (target.fallback_on) parts.push(`fallback on ${describeCauses(target.fallback_on)}`)
  else if (!isOnly) parts.push(target.weight === 0 ? 'weight 0, taken out' : `weight ${target.weight}`)
  if (target.in_flight > 0) parts.push(`${target.in_flight} under way`)
  if (target.latency_ms !== null) parts.push(`answers after ${formatDuration(target.latency_ms)}`)
  return parts.join(' · ')
}

/** Why it gets no calls and until when; `undefined` while it takes them. */
export function describeAbsence({ reason, retry_in_ms }: Target): string | undefined {
  if (reason === null) return undefined
  const sentence = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`
  return retry_in_ms > 0
    ? `${sentence} It is tried again in ${formatUptime(Math.ceil(retry_in_ms / 1_000))}.`
    : `${sentence} The next call tries it again.`
}

const allCauses = 4

function describeCauses(causes: NonNullable<Target['fallback_on']>): string {
  if (causes.length === allCauses) return 'any failure'
  return causes.map(cause => cause.replaceAll('_', ' ')).join(', ')
}
