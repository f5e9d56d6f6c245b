import { createId, type Queryable } from '../../../foundation/platform/index.ts'
import type { Verdict } from '../verdict.ts'
import { addCounts, type CountRow } from './count-store.ts'

/** What is counted of a verdict. */
type Counted = Omit<Verdict, 'action' | 'outcome' | 'stage'> & {
  readonly action: string
  readonly outcome: string
  readonly stage: string
}

/** What is counted of an inference. */
export interface Judged {
  readonly startedAtMs: number
  readonly tenant: string
  readonly service: string
  readonly verdicts?: readonly Counted[] | undefined
}

export type CountVerdicts = (transaction: Queryable, judged: readonly Judged[]) => Promise<void>

/** Counts what checks said of inferences, in the transaction that stores them for the first time. */
export function createVerdictCounter(): CountVerdicts {
  const writer = createId()
  return (transaction, judged) => addCounts(transaction, writer, rollUp(judged))
}

function rollUp(judged: readonly Judged[]): CountRow[] {
  const rows = new Map<string, CountRow>()
  for (const { startedAtMs, tenant, service, verdicts } of judged) {
    const hour = new Date(Math.floor(startedAtMs / 3_600_000) * 3_600_000).toISOString()
    for (const verdict of verdicts ?? []) {
      const key = {
        hour,
        tenant,
        service,
        policy_hash: verdict.policyHash,
        guard: verdict.guard,
        guard_hash: verdict.guardHash,
        check_name: verdict.check,
        stage: verdict.stage,
        mode: verdict.mode,
        action: verdict.action,
        outcome: verdict.outcome,
      }
      const name = Object.values(key).join(' ')
      const known = rows.get(name)
      rows.set(name, {
        ...key,
        inferences: (known?.inferences ?? 0) + 1,
        findings: (known?.findings ?? 0) + verdict.found,
        scanned_texts: (known?.scanned_texts ?? 0) + verdict.scannedTexts,
        scanned_chars: (known?.scanned_chars ?? 0) + verdict.scannedChars,
        duration_us: (known?.duration_us ?? 0) + Math.round(verdict.durationMs * 1_000),
      })
    }
  }
  return [...rows.values()]
}
