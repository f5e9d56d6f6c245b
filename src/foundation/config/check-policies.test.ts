import { describe, expect, it } from 'bun:test'
import { z } from 'zod'

import type { CheckCatalogue } from './check-policies.ts'
import { parseConfig } from './parse-config.ts'
import { guardHash, policyHash } from './policy-hash.ts'

const checks: CheckCatalogue = new Map([
  [
    'words',
    {
      name: 'words',
      stages: ['input', 'output'],
      cost: 'deterministic',
      parameters: z.strictObject({
        terms: z.array(z.string()).min(1).describe('The words, each as it is written.'),
      }),
    },
  ],
  [
    'asker',
    { name: 'asker', stages: ['output'], cost: 'model', parameters: z.strictObject({ service: z.string() }) },
  ],
  ['judge', { name: 'judge', stages: ['output'], cost: 'judge', parameters: z.strictObject({}) }],
])

const usual = 'check: words, action: block, timeoutMs: 5, parameters: { terms: [a] }'

/** Each entry has one problem, at the place of `¦`. */
const wrong: [what: string, entry: string, message: RegExp, mend: RegExp][] = [
  [
    'a check that there is not',
    '{ check: ¦wrods, action: block, mode: shadow, timeoutMs: 5 }',
    /no check named `wrods`/,
    /Did you mean `words`/,
  ],
  [
    'a service that there is not, to be asked',
    '{ check: asker, action: block, mode: shadow, timeoutMs: 5, parameters: { service: ¦t } }',
    /no service named `t`/,
    /Did you mean `s`/,
  ],
  [
    'no timeout',
    '¦{ check: words, action: block, mode: off, parameters: { terms: [a] } }',
    /`timeoutMs` is missing/,
    /Add/,
  ],
  [
    'a stage that it does not look at',
    `{ ${usual}, mode: off, on: [input, ¦context] }`,
    /does not look at `context`/,
    /Use `input` or `output`/,
  ],
  [
    'a parameter that it does not know',
    '{ check: words, action: block, timeoutMs: 5, mode: off, parameters: { terms: [a], ¦term: b } }',
    /`term` is no parameter/,
    /Did you mean `terms`/,
  ],
  [
    'a parameter of another type',
    '{ check: words, action: block, timeoutMs: 5, mode: off, parameters: { terms: ¦all } }',
    /cannot use this/,
    /The words, each as it is written/,
  ],
  [
    'a missing parameter',
    '{ check: words, action: block, timeoutMs: 5, mode: off, ¦parameters: {} }',
    /needs the parameter `terms`/,
    /The words/,
  ],
  [
    'enforcement without a report',
    `{ ${usual}, mode: ¦enforce }`,
    /needs a report/,
    /slipway guardrails report p words/,
  ],
  [
    'a report that there is not',
    `{ ${usual}, mode: enforce, report: ¦'0123456789abcdef' }`,
    /no report `0123456789abcdef`/,
    /shadow/,
  ],
  [
    'a report of something else',
    `{ ${usual}, mode: enforce, report: ¦'1111111111111111' }`,
    /something of it was changed/,
    /shadow/,
  ],
  [
    'a retry without an instruction',
    '¦{ check: words, on: [output], action: retry-with-instruction, mode: shadow, timeoutMs: 5, parameters: { terms: [a] } }',
    /`instruction` is missing/,
    /Add `instruction/,
  ],
  [
    'a retry because of what was asked',
    '{ check: words, on: [output, ¦input], action: retry-with-instruction, instruction: x, mode: shadow, timeoutMs: 5, parameters: { terms: [a] } }',
    /mends its answer/,
    /on: \[output\]/,
  ],
  [
    'an annotation that should close',
    '{ check: words, action: annotate, onError: ¦closed, mode: shadow, timeoutMs: 5, parameters: { terms: [a] } }',
    /cannot close/,
    /open/,
  ],
  [
    'a release that the service has not',
    '{ check: words, action: fall-back-to-release, release: ¦v2, mode: shadow, timeoutMs: 5, parameters: { terms: [a] } }',
    /no release named `v2`/,
    /v1/,
  ],
  [
    'a judge that should block',
    '{ check: judge, action: ¦block, mode: shadow, timeoutMs: 5 }',
    /runs after the answer/,
    /annotate/,
  ],
]

const findReport = (hash: string) =>
  hash === '1111111111111111' ? { policy: 'p', guardHash: 'ffffffffffffffff' } : undefined

function parse(entry: string, policy = 'p') {
  const text = `engines: { e: { model: builtin:support } }
services: { s: { policy: ${policy}, releases: { v1: { target: { engine: e } } } } }
policies:
  p:
    checks:
      - ${entry}
`
  return { text, parsed: parseConfig(text, 'slipway.yaml', {}, { checks, findReport }) }
}

describe('policies of a configuration', () => {
  it.each(wrong)('points at %s and says the mend', (_, marked, message, mend) => {
    const { text } = parse(marked)
    const before = text.slice(0, text.indexOf('¦')).split('\n')
    const { parsed } = parse(marked.replace('¦', ''))
    const problems = 'problems' in parsed ? parsed.problems : []
    expect(problems.map(each => each.message)).toEqual([expect.stringMatching(message)])
    expect(problems[0]?.mend).toMatch(mend)
    expect([problems[0]?.line, problems[0]?.column]).toEqual([before.length, before.at(-1)!.length + 1])
  })

  it('says which policy a service names that there is not', () => {
    const { parsed } = parse(`{ ${usual}, mode: shadow }`, 'q')
    expect('problems' in parsed && parsed.problems.map(({ path }) => path)).toEqual(['services.s.policy'])
  })

  it('takes a report of the very same entry, and a waiver', () => {
    const shadow = parse(`{ ${usual}, mode: shadow }`).parsed
    const guard = 'snapshot' in shadow ? shadow.snapshot.config.policies['p']?.checks[0] : undefined
    if (!guard) throw new Error('no guard')
    const hash = guardHash('p', guard)
    const { text } = parse(`{ ${usual}, mode: enforce, report: '2222222222222222' }`)
    const enforced = parseConfig(
      text,
      'slipway.yaml',
      {},
      { checks, findReport: () => ({ policy: 'p', guardHash: hash }) },
    )
    expect('problems' in enforced ? enforced.problems : []).toEqual([])
    const waived = parse(`{ ${usual}, mode: enforce, waived: only our own words }`).parsed
    expect('problems' in waived ? waived.problems : []).toEqual([])
  })

  it('gives a policy another hash with everything that it does, and none with its description', () => {
    const hashes = [
      `{ ${usual}, mode: shadow }`,
      `{ ${usual}, mode: shadow, threshold: 0.6 }`,
      `{ ${usual}, mode: enforce, waived: only our own words }`,
      `{ ${usual}, mode: shadow }\n    description: words`,
    ].map(entry => {
      const { parsed } = parse(entry)
      const policy = 'snapshot' in parsed ? parsed.snapshot.config.policies['p'] : undefined
      if (!policy) throw new Error('no policy')
      return policyHash('p', policy)
    })
    expect(new Set(hashes.slice(0, 3)).size).toBe(3)
    expect(hashes[3]).toBe(hashes[0])
  })
})
