import { describe, expect, it } from 'bun:test'
import type { Alert, Finding } from './alert.ts'
import { takeStep } from './transition.ts'

const finding: Finding = {
  fingerprint: 'f',
  source: 'rule',
  name: 'r',
  labels: { rule: 'r' },
  severity: 'ticket',
  summary: 'It is too much.',
  value: 2,
  threshold: 1,
  forMs: 60_000,
  keepFiringMs: 120_000,
  evidence: {},
  runbook: undefined,
}
const minute = 60_000

/** Lives through minutes of true and not true; what the alert was after each. */
function live(
  truths: readonly boolean[],
  options: { readonly returns?: number; readonly finding?: Finding } = {},
) {
  let alert: Alert | undefined
  const kinds: string[] = []
  for (const [index, isTrue] of truths.entries()) {
    const step = takeStep(alert, isTrue ? (options.finding ?? finding) : undefined, {
      nowMs: index * minute,
      returns: options.returns ?? 0,
      isDeclared: true,
    })
    kinds.push(step?.kind ?? '-')
    if (step) alert = step.kind === 'dropped' || step.kind === 'resolved' ? undefined : step.alert
  }
  return kinds.join(' ')
}

const [yes, no] = [true, false]

describe('takeStep', () => {
  it('fires only when it was true for long enough, and keeps nothing of what was not', () => {
    expect(live([yes, yes, yes, yes])).toBe('opened fired kept kept')
    expect(live([yes, no, yes, no])).toBe('opened dropped opened dropped')
    expect(live([yes, yes], { finding: { ...finding, forMs: 0 } })).toBe('fired kept')
  })

  it('is resolved only when it was not true for long enough', () => {
    expect(live([yes, yes, no, no, yes, no, no])).toBe('opened fired - resolved opened dropped -')
    expect(live([yes, yes, no, yes, no, no])).toBe('opened fired - kept - resolved')
  })

  it('takes the longer to be over, the more often it came back', () => {
    expect(live([yes, yes, no, no, no, no, no], { returns: 1 })).toBe('opened fired - - - resolved -')
  })

  it('is news again when it gets graver, also to who has acknowledged it', () => {
    const first = takeStep(undefined, { ...finding, forMs: 0 }, { nowMs: 0, returns: 0, isDeclared: true })
    if (!first) throw new Error('no step')
    const acknowledged: Alert = {
      ...first.alert,
      state: 'acknowledged',
      sentAt: new Date(0),
      acknowledgedBy: 'me',
    }
    const context = { nowMs: minute, returns: 0, isDeclared: true }
    expect(takeStep(acknowledged, { ...finding, severity: 'page' }, context)?.alert).toMatchObject({
      state: 'firing',
      sentAt: undefined,
      acknowledgedBy: undefined,
    })
    expect(takeStep(acknowledged, finding, context)?.alert).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'me',
    })
  })

  it('ends at once when what raised it is no longer declared', () => {
    const first = takeStep(undefined, { ...finding, forMs: 0 }, { nowMs: 0, returns: 0, isDeclared: true })
    expect(
      takeStep(first?.alert, undefined, { nowMs: 1, returns: 0, isDeclared: false })?.alert,
    ).toMatchObject({
      state: 'resolved',
      resolution: 'undeclared',
    })
  })
})
