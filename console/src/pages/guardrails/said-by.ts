import type { VerdictCount } from '../../api/types.ts'

/** What one check of a policy said, all services and kinds of text together; what was found most comes first. */
export function saidBy(
  counts: readonly Pick<VerdictCount, 'policy_hash' | 'guard' | 'outcome' | 'inferences'>[],
  policyHash: string,
  guard: string,
): { readonly passed: number; readonly others: readonly { outcome: string; inferences: number }[] } {
  let passed = 0
  const others = new Map<string, number>()
  for (const count of counts) {
    if (count.policy_hash !== policyHash || count.guard !== guard) continue
    if (count.outcome === 'pass') passed += count.inferences
    else others.set(count.outcome, (others.get(count.outcome) ?? 0) + count.inferences)
  }
  return {
    passed,
    others: [...others]
      .map(([outcome, inferences]) => ({ outcome, inferences }))
      .toSorted((left, right) => right.inferences - left.inferences),
  }
}
