import { createHash } from 'node:crypto'

import { canonicalJson } from '../platform/index.ts'
import type { GuardConfig, JudgeConfig, PolicyConfig } from './schema/index.ts'

/** Names a policy as it stands: 16 hex digits of the SHA-256 of its canonical JSON, recorded on every inference. */
export function policyHash(name: string, policy: PolicyConfig): string {
  const { description: _, ...content } = policy
  return hashOf({ name, ...content })
}

/**
 * Names what one entry of a policy would do, whatever its mode and what that rests on: a report of it in `shadow` holds
 * for `enforce` as long as this stays the same.
 */
export function guardHash(policyName: string, guard: GuardConfig): string {
  const { mode: _mode, report: _report, waived: _waived, ...content } = guard
  return hashOf({ policy: policyName, ...content })
}

/** Names what a judge goes by: how many answers it sees and what it may cost decide no score. */
export function judgeHash(name: string, judge: JudgeConfig): string {
  const { description: _description, samplePercent: _share, usdPerDay: _budget, ...content } = judge
  return hashOf({ judge: name, ...content })
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16)
}
