import { type PolicyConfig, policyHash } from '../../foundation/config/index.ts'
import { type CheckPorts, compilePolicy, type Policy } from './policy.ts'

/** Makes policies ready to run. One that has not changed stays as it was made. */
export interface PolicyBook {
  compile(name: string, config: PolicyConfig): Policy
}

const mostPolicies = 256

export function createPolicyBook(ports: CheckPorts): PolicyBook {
  const known = new Map<string, Policy>()
  return {
    compile(name, config) {
      const hash = policyHash(name, config)
      const found = known.get(hash)
      if (found) return found
      const policy = compilePolicy(name, config, ports)
      known.set(hash, policy)
      const [oldest] = known.keys()
      if (known.size > mostPolicies && oldest !== undefined) known.delete(oldest)
      return policy
    },
  }
}
