import { Registry } from 'prom-client'
import { parseConfig } from '../../../foundation/config/index.ts'
import { createGuardMetrics } from '../guard-metrics.ts'
import { Guarding } from '../guarding.ts'
import { compilePolicy, type Policy } from '../policy.ts'
import { testKinds } from './test-checks.ts'

const metrics = createGuardMetrics(new Registry())

/** A policy with these entries, each with what every entry needs where it says nothing of it. */
export function policyOf(entries: readonly object[]): Policy {
  const checks = entries.map((entry, index) => ({
    name: `g${index}`,
    mode: 'enforce',
    waived: 'only for a test',
    timeoutMs: 1_000,
    ...entry,
  }))
  const text = JSON.stringify({ policies: { p: { message: 'Something else.', checks } }, services: {} })
  const parsed = parseConfig(text, 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const config = parsed.snapshot.config.policies['p']
  if (!config) throw new Error('no policy')
  return compilePolicy('p', config, {}, testKinds)
}

export function openGuarding(policy: Policy): Guarding {
  return new Guarding({
    policy,
    service: 's',
    tenant: 't',
    startedAt: performance.now(),
    hmacKey: new Uint8Array(32),
    metrics,
  })
}
