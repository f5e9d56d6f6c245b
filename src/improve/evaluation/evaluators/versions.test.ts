import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../foundation/platform/index.ts'
import type { EvaluatedExample, EvaluatorTools } from '../evaluator.ts'
import known from './__fixtures__/behaviour.json'
import { createEvaluatorCatalogue } from './index.ts'

const catalogue = createEvaluatorCatalogue({
  assessClaims: async ({ answer, documents }, ask) => {
    await ask({ messages: [{ role: 'user', content: answer }] })
    return [{ text: answer, verdict: documents.includes(answer) ? 'supported' : 'not_found' }]
  },
  functions: () => ({ mine: { command: ['true'], timeoutMs: 1, maxMemoryMegabytes: 16 } }),
})

/** What each evaluator is asked with: what has no default. */
const parameters: Readonly<Record<string, Record<string, unknown>>> = {
  regex: { pattern: '\\d+' },
  'json-schema': { schema: { type: 'object', required: ['intent'] } },
  label: { labels: ['refund', 'order', 'new order'] },
  'embedding-similarity': { service: 'e' },
  'self-consistency': { service: 's' },
  groundedness: { service: 's' },
  latency: { maxMs: 100 },
  cost: { maxUsd: 0.001 },
  length: { unit: 'words', min: 3, max: 6 },
  function: { name: 'mine', version: 1 },
  'llm-judge': { service: 's', rubric: 'Is it polite?', votes: 2 },
  'llm-pairwise': { service: 's', criterion: 'Which is kinder?' },
}

const answers = [
  '',
  'Lyon',
  'It will be a refund of 1,250.50 dollars.',
  "I'm sorry, but I can't help with that, you idiot.",
  '{"intent":"refund","order":{"id":7}}',
  'Die Lieferung kommt leider erst am Montag an.',
  '价格是12.5元，今日はいい天気。',
]
const expectations: readonly unknown[] = [
  undefined,
  'Lyon',
  ['a refund of 1250.5 dollars', 'refund'],
  { intent: 'refund', order: { id: 8 } },
  '价格为12.5元(含税)。',
]

/** All that an evaluator says of these answers and asks others for them. */
async function behaviourOf(name: string): Promise<string> {
  const kind = catalogue.get(name)!
  const made = kind.create(kind.parameters.parse(parameters[name] ?? {}))
  const seen: unknown[] = []
  const replies = [
    { rationale: 'r', label: 'good' },
    { rationale: 'r', label: 'bad' },
    { rationale: 'r', better: 'A' },
  ]
  const tools: EvaluatorTools = {
    seed: 11,
    signal: new AbortController().signal,
    ask: call => {
      seen.push(call)
      const said = name === 'llm-pairwise' ? replies[2] : replies[seen.length % 2]
      const none = { inferenceId: undefined, release: undefined, firstTokenMs: undefined, usage: undefined }
      return Promise.resolve({
        ...none,
        kind: 'answer',
        text: JSON.stringify(said),
        body: {},
        model: 'm',
        finishReason: 'stop',
        latencyMs: 1,
        costNanoUsd: 1,
      })
    },
    embed: (_, texts) => {
      seen.push(texts)
      return Promise.resolve(texts.map(text => [text.length, 1]))
    },
  }
  for (const expected of expectations)
    for (const text of answers) {
      const example: EvaluatedExample = {
        key: '1',
        row: {},
        messages: [{ role: 'user', content: 'Where is the lamp that I ordered?' }],
        expected,
        context: ['Lyon'],
      }
      const answer = { text, latencyMs: 150, costNanoUsd: 2_000_000, usage: { input: 1, output: 9 } }
      const score = made.evaluate
        ? await made.evaluate(example, answer, tools)
        : await made.compare(example, { text: 'Paris' }, answer, tools)
      // what people read may be put better at any time
      const { why: _, value, ...rest } = score
      // sums of another order differ in the last digit
      seen.push({ ...rest, value: value === undefined ? null : value.toFixed(9) })
    }
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(seen))))
    .digest('hex')
    .slice(0, 16)
}

describe('the version of an evaluator', () => {
  it('changes whenever what it says does: then count `version` up, and write the new line into behaviour.json', async () => {
    const found: Record<string, string> = {}
    for (const [name, { manifest }] of catalogue)
      // its behaviour is that of somebody else's code
      if (name !== 'function') found[`${name} v${manifest.version}`] = await behaviourOf(name)
    expect(found).toEqual(known)
  })
})
