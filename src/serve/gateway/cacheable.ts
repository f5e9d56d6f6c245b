import { declareUnmasked, type Masked, maskedByPolicy } from '../../govern/privacy/index.ts'
import type { Exchange } from './exchange.ts'

/** What a cache is told of an exchange: as its policy has left it, or as it is where none masks. */
export function cacheable<Value>({ guards }: Exchange, value: Value): Masked<Value> {
  const policy = guards?.guarding.policy
  if (policy?.masks) return maskedByPolicy(value, policy.hash)
  const reason = 'In memory only: keys are HMACs under a secret of the process, and a tenant gets its own.'
  return declareUnmasked(value, reason)
}
