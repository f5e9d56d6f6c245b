import { createId } from '../../foundation/platform/index.ts'
import { type Alert, type Finding, graverThan } from './alert.ts'

/** What becomes of an alert: `dropped` are those that never fired, of which nothing is kept. */
export type Step =
  | { readonly kind: 'opened' | 'fired' | 'kept' | 'resolved'; readonly alert: Alert }
  | { readonly kind: 'dropped'; readonly alert: Alert }

/** A return is one within so long of the end before it. */
export const returnsWithinMs = 6 * 3_600_000
const mostDoublings = 5

/**
 * One step of the life of an alert: pending → firing → (acknowledged) → resolved. `finding` is what is true now;
 * `undefined` where it is not. Takes the same step again where it is asked twice.
 */
export function takeStep(
  alert: Alert | undefined,
  finding: Finding | undefined,
  context: { readonly nowMs: number; readonly returns: number; readonly isDeclared: boolean },
): Step | undefined {
  const { nowMs, isDeclared } = context
  const now = new Date(nowMs)
  if (!alert) {
    if (!finding) return undefined
    const opened: Alert = {
      id: createId(),
      ...seen(finding, now),
      state: finding.forMs > 0 ? 'pending' : 'firing',
      startedAt: now,
      firedAt: finding.forMs > 0 ? undefined : now,
      acknowledgedAt: undefined,
      acknowledgedBy: undefined,
      resolvedAt: undefined,
      resolution: undefined,
      returns: context.returns,
      sentAt: undefined,
      mutedBy: undefined,
    }
    return { kind: opened.state === 'firing' ? 'fired' : 'opened', alert: opened }
  }
  if (finding) {
    // what has become graver is news, also to who has acknowledged it
    const isGraver = alert.state !== 'pending' && graverThan(finding.severity, alert.severity)
    const next: Alert = {
      ...alert,
      ...seen(finding, now),
      ...(isGraver && {
        state: 'firing',
        sentAt: undefined,
        acknowledgedAt: undefined,
        acknowledgedBy: undefined,
      }),
    }
    const isDue = alert.state === 'pending' && nowMs - alert.startedAt.getTime() >= finding.forMs
    return isDue
      ? { kind: 'fired', alert: { ...next, state: 'firing', firedAt: now } }
      : { kind: 'kept', alert: next }
  }
  if (alert.state === 'pending') return { kind: 'dropped', alert }
  // one that keeps coming back is one trouble and not many
  const keepMs = alert.keepFiringMs * 2 ** Math.min(alert.returns, mostDoublings)
  if (isDeclared && nowMs - alert.lastTrueAt.getTime() < keepMs) return undefined
  const resolution = isDeclared ? 'over' : 'undeclared'
  return { kind: 'resolved', alert: { ...alert, state: 'resolved', resolvedAt: now, resolution } }
}

function seen(finding: Finding, now: Date) {
  const { fingerprint, source, name, labels, severity, summary, value, threshold, evidence, runbook } =
    finding
  return {
    fingerprint,
    source,
    name,
    labels,
    severity,
    summary,
    value,
    threshold,
    evidence,
    runbook,
    lastTrueAt: now,
    keepFiringMs: finding.keepFiringMs,
  }
}
