import type { Verdict, VerdictOutcome } from './verdict.ts'

/** The gravest first. What only passed is none. */
const gravity: readonly VerdictOutcome[] = [
  'block',
  'error',
  'timeout',
  'escalate',
  'replace',
  'fallback',
  'retry',
  'mask',
  'flag',
]

/** The gravest of what was said: `block`, or `shadow block` where it would have been; `undefined` where all passed. */
export function gravestVerdict(verdicts: readonly Pick<Verdict, 'outcome' | 'mode'>[]): string | undefined {
  for (const mode of ['enforce', 'shadow'] as const) {
    const said = verdicts.filter(verdict => verdict.mode === mode).map(({ outcome }) => outcome)
    const gravest = gravity.find(outcome => said.includes(outcome))
    if (gravest) return mode === 'shadow' ? `shadow ${gravest}` : gravest
  }
  return undefined
}
