import { Counter, type Registry } from 'prom-client'
import type { ServiceCall } from '../guardrails/index.ts'
import type { InferenceRecord } from './inference-record.ts'

export interface CheckMetrics {
  /** A check has asked a service; `record` is `undefined` where it did not become an inference. */
  asked(call: ServiceCall, record: InferenceRecord | undefined): void
}

/** What checks ask of models, and what that costs. Labels are names of checks and of services of the configuration. */
export function createCheckMetrics(registry: Registry): CheckMetrics {
  const labels = ['check', 'service'] as const
  const calls = new Counter({
    name: 'slipway_check_calls_total',
    help: 'Calls that checks made of services, by how they ended.',
    labelNames: [...labels, 'outcome'],
    registers: [registry],
  })
  const cost = new Counter({
    name: 'slipway_check_cost_usd_total',
    help: 'What the priced calls of checks have cost.',
    labelNames: labels,
    registers: [registry],
  })
  return {
    asked: ({ check, service }, record) => {
      calls.inc({ check, service, outcome: record?.outcome ?? 'rejected' })
      if (record?.costNanoUsd) cost.inc({ check, service }, record.costNanoUsd / 1e9)
    },
  }
}
