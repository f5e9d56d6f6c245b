import { describe, expect, it } from 'bun:test'
import { parseConfig } from './parse-config.ts'

function problemsOf(text: string): string[] {
  const parsed = parseConfig(text, 'slipway.yaml', { HOOK: 'https://example.com/hook' })
  return 'problems' in parsed
    ? parsed.problems.map(({ line, column, message, mend }) => `${line}:${column} ${message} ${mend}`)
    : []
}

const services = `engines: { e: { model: builtin:support } }
services:
  support: { releases: { v1: { target: { engine: e } } } }
`

describe('rules and objectives in slipway.yaml', () => {
  it('are in order', () => {
    expect(
      problemsOf(`engines: { e: { model: builtin:support } }
services:
  support:
    releases: { v1: { target: { engine: e } } }
    slos:
      available: { objective: 99.5 }
      fast: { objective: 95, latencyMs: 2000, window: 7d }
alerts:
  channels:
    hook: { kind: webhook, url: { env: HOOK } }
  routes: [{ channels: [hook], severities: [page], where: { service: support } }]
  rules:
    spending: { metric: slipway_cost_usd_total, measure: increase, over: 1h, by: [service], above: 5, severity: page }
    errors:
      metric: slipway_inferences_total
      where: { service: support, outcome: error }
      per: { metric: slipway_inferences_total, where: { service: support } }
      above: 0.05
      for: 5m
    slow: { metric: slipway_inference_duration_seconds, measure: quantile, quantile: 0.95, above: 10 }
`),
    ).toEqual([])
  })

  it('are told what is wrong with them, where, and how to mend it', () => {
    expect(
      problemsOf(`${services}alerts:
  channels: { hook: { kind: webhook, url: { env: HOOK } } }
  routes: [{ channels: [hok] }]
  rules:
    a: { metric: slipway_cost_usd_totl, above: 1 }
    b: { metric: slipway_queue_length, measure: rate, above: 1 }
    c: { metric: slipway_queue_length, where: { tenant: acme }, by: [targt], above: 1 }
    d: { metric: slipway_inferences_total, where: { service: suport }, above: 1 }
    e: { metric: slipway_cost_usd_total, above: 1, below: 2 }
    f: { metric: slipway_cost_usd_total, over: 5 minutes, above: 1 }
`),
    ).toEqual([
      '6:25 There is no channel named `hok`. Did you mean `hook`?',
      '8:18 There is no metric named `slipway_cost_usd_totl`. Did you mean `slipway_cost_usd_total`?',
      '9:49 `slipway_queue_length` is a gauge, and has no `rate`. Use `average`, `highest`, `lowest` or `latest`.',
      '10:49 `slipway_queue_length` has no label `tenant`. Use one of `target` or `priority`.',
      '10:70 `slipway_queue_length` has no label `targt`. Did you mean `target`?',
      '11:62 There is no service named `suport`. Did you mean `support`?',
      expect.stringMatching(/^12:8 A rule has either `above` or `below`\./),
      '13:48 `5 minutes` is not allowed here. A duration is a whole number and a unit: `30s`, `5m`, `6h` or `30d`.',
    ])
  })

  it('need what they speak of', () => {
    expect(
      problemsOf(`engines: { e: { model: builtin:support } }
services:
  support:
    releases: { v1: { target: { engine: e } } }
    slos:
      clean: { objective: 99, verdicts: { not: [block] } }
alerts:
  channels: { mail: { kind: email, host: mail, from: a@example.com, to: [b@example.com], user: me }, chat: { kind: slack, url: { env: NONE } } }
`),
    ).toEqual([
      '6:31 `support` has no policy, so no guardrail says anything of it. Give the service a `policy`, or remove the objective.',
      expect.stringContaining('8:15 A mail server wants a user with a password'),
      expect.stringContaining('The environment variable NONE is not set.'),
    ])
    const two = 'slos: { two: { objective: 99, latencyMs: 5, costUsd: 1 } }, releases'
    expect(problemsOf(services.replace('releases', two))).toEqual([
      expect.stringContaining('An objective is about one thing'),
    ])
  })
})
