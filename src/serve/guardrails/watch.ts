import type { Stage } from './check.ts'
import { Guarding } from './guarding.ts'
import { runCheck } from './run-check.ts'
import type { Verdict } from './verdict.ts'

export interface WatchedText {
  readonly text: string
  readonly stage: Stage
  readonly tool?: string | undefined
}

/** Lets the checks look at it that only note and cost next to nothing. */
export function watchNow(guarding: Guarding, texts: readonly WatchedText[]): void {
  for (const { text, stage, tool } of texts) {
    for (const guard of guarding.policy.watchers(stage)) {
      if (guard.cost !== 'deterministic') continue
      const scanned = runCheck(guard, guarding.scanOf(text, stage, tool))
      if (scanned instanceof Promise) continue
      const findings = scanned.kind === 'told' ? scanned.findings : []
      guarding.told(guard, stage, { text, offset: 0, chars: text.length, isNew: true }, scanned, findings)
    }
  }
}

/** Whether any check only notes what is in such texts and takes its time for it. */
export function hasLateWork(guarding: Guarding, texts: readonly WatchedText[]): boolean {
  return texts.some(({ stage }) =>
    guarding.policy.watchers(stage).some(({ cost }) => cost !== 'deterministic'),
  )
}

/**
 * Lets the checks look at it that only note and take their time: after the answer is out, one after the other. `kept` is
 * what may be kept of each text; a judge gets no more than that.
 */
export async function watchLater(
  guarding: Guarding,
  texts: readonly (WatchedText & { readonly kept: string })[],
): Promise<Verdict[]> {
  const late = new Guarding(guarding.options)
  late.question = guarding.question
  late.documents = guarding.documents
  for (const { text, kept, stage, tool } of texts) {
    for (const guard of guarding.policy.watchers(stage)) {
      if (guard.cost === 'deterministic') continue
      const looked = guard.cost === 'judge' ? kept : text
      const scanned = await runCheck(guard, late.scanOf(looked, stage, tool))
      const findings = scanned.kind === 'told' ? scanned.findings : []
      late.told(
        guard,
        stage,
        { text: looked, offset: 0, chars: looked.length, isNew: true },
        scanned,
        findings,
      )
    }
  }
  return late.verdicts()
}

/** Where the checks that escalate and answer at once point in a text, for who has to read it. */
export function marksIn(
  guarding: Guarding,
  text: string,
  stage: Stage,
): { start: number; end: number; type: string; guard: string }[] {
  return guarding.policy.gates(stage).flatMap(guard => {
    if (guard.cost !== 'deterministic' || guard.action !== 'escalate') return []
    const scanned = runCheck(guard, guarding.scanOf(text, stage))
    if (scanned instanceof Promise || scanned.kind === 'failed') return []
    return scanned.findings.map(({ start, end, type }) => ({ start, end, type, guard: guard.name }))
  })
}
