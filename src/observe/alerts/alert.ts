import { createHash } from 'node:crypto'
import type { Severity } from '../../foundation/config/index.ts'
import type { Labels } from './labels.ts'

export const alertStates = ['pending', 'firing', 'acknowledged', 'resolved'] as const
export type AlertState = (typeof alertStates)[number]

export const alertSources = ['slo', 'rule', 'budget', 'monitor', 'rollout'] as const
export type AlertSource = (typeof alertSources)[number]

/** What an alert rests on: numbers only, and ids of inferences, never text of anybody. */
export type Evidence = Readonly<Record<string, unknown>>

/** What is so now, by what was declared. */
export interface Finding {
  /** The same for the same trouble, whatever its numbers. */
  readonly fingerprint: string
  readonly source: AlertSource
  /** The objective, the rule, `budgets`, the monitor or the service of a rollout. */
  readonly name: string
  readonly labels: Labels
  readonly severity: Severity
  readonly summary: string
  readonly value: number
  readonly threshold: number
  readonly forMs: number
  readonly keepFiringMs: number
  readonly evidence: Evidence
  readonly runbook: string | undefined
}

/** One trouble from its beginning to its end. */
export interface Alert {
  readonly id: string
  readonly fingerprint: string
  readonly source: AlertSource
  readonly name: string
  readonly labels: Labels
  readonly severity: Severity
  readonly state: AlertState
  readonly summary: string
  readonly value: number
  readonly threshold: number
  readonly evidence: Evidence
  readonly runbook: string | undefined
  readonly startedAt: Date
  readonly firedAt: Date | undefined
  readonly acknowledgedAt: Date | undefined
  readonly acknowledgedBy: string | undefined
  readonly resolvedAt: Date | undefined
  /** Why it ended: `over`, or `undeclared` where what raised it is no longer declared. */
  readonly resolution: string | undefined
  /** When it was last found to be so. */
  readonly lastTrueAt: Date
  readonly keepFiringMs: number
  /** How often the same has been resolved lately; it is kept firing the longer for it. */
  readonly returns: number
  /** When it was last sent anywhere; what is silenced or inhibited is not sent. */
  readonly sentAt: Date | undefined
  /** The silence, or the alert, because of which it is not sent. */
  readonly mutedBy: string | undefined
}

const ranks: Readonly<Record<Severity, number>> = { page: 2, ticket: 1, info: 0 }

export function graverThan(severity: Severity, other: Severity): boolean {
  return ranks[severity] > ranks[other]
}

export function fingerprintOf(source: AlertSource, name: string, labels: Labels): string {
  const sorted = Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([source, name, sorted]))
    .digest('hex')
    .slice(0, 24)
}
