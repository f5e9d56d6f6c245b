import { describe, expect, it } from 'bun:test'
import { z } from 'zod'
import type { EvaluatorKind } from '../evaluator.ts'
import { readSuite, type SuiteContext } from './read-suite.ts'

const exact: EvaluatorKind = {
  manifest: {
    name: 'same-text',
    version: 1,
    description: 'Whether the answer is what is expected.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    ignoreCase: z.boolean().default(false).describe('Takes capital letters for small ones.'),
  }),
  create: () => ({ evaluate: (example, answer) => ({ value: answer.text === example.expected ? 1 : 0 }) }),
}

const context: SuiteContext = {
  evaluators: new Map([[exact.manifest.name, exact]]),
  columns: ['message', 'topic', 'language'],
  services: ['support'],
  findRelease: ({ service, release }) =>
    service === 'support' && (release === undefined || release === 'v1')
      ? {
          service,
          release: 'v1',
          hash: 'h',
          isServing: true,
          targets: ['engine:support'],
          prompt: undefined,
          parameters: {},
        }
      : undefined,
}

const read = (text: string, more: Partial<SuiteContext> = {}) =>
  readSuite(text, 'suite.yaml', { ...context, ...more })

/** Line, column and what is said, of every problem. */
function problemsOf(text: string, more: Partial<SuiteContext> = {}): string[] {
  const found = read(text, more)
  if ('suite' in found) return []
  return found.problems.map(({ line, column, message, mend }) => `${line}:${column} ${message} ${mend}`)
}

const good = `suite: triage
dataset: tickets@main:test
request:
  prompt: "{{message}}"
releases: [support@v1]
evaluators:
  - same-text
`

describe('readSuite', () => {
  it('fills in what is usual', () => {
    const found = read(good)
    if (!('suite' in found)) throw new Error(JSON.stringify(found))
    expect(found.suite).toMatchObject({
      suite: 'triage',
      baseline: 'support@v1',
      repeats: 1,
      confidence: 0.95,
      concurrency: 8,
      evaluators: [{ name: 'same-text', threshold: 1, parameters: { ignoreCase: false } }],
    })
  })

  it('says where each name is wrong and which was meant', () => {
    expect(problemsOf(good.replace('{{message}}', '{{mesage}}'))).toEqual([
      '4:11 `{{mesage}}` is no column of the dataset. Did you mean `message`?',
    ])
    expect(problemsOf(good.replace('support@v1', 'suport@v1'))).toEqual([
      '5:12 There is no service `suport`. Did you mean `support`?',
    ])
    expect(problemsOf(good.replace('support@v1', 'support@v9'))).toEqual([
      '5:12 The service `support` has no release `v9`. See the releases in slipway.yaml, or with `slipway status`.',
    ])
    expect(problemsOf(good.replace('- same-text', '- sametext'))).toEqual([
      '7:5 There is no evaluator `sametext`. Did you mean `same-text`?',
    ])
    expect(problemsOf(good.replace('evaluators:', 'evaluator:'))).toEqual([
      '6:1 `evaluator` is not a key that is known at the top of the file. Did you mean `evaluators`?',
    ])
    expect(problemsOf(`${good}slices: [langauge]\n`)).toEqual([
      '8:10 `langauge` is no column of the dataset. Did you mean `language`?',
    ])
  })

  it('explains the parameters of evaluators where they stand', () => {
    const text = good.replace('- same-text', '- { use: same-text, with: { ignorecase: true } }')
    expect(problemsOf(text)).toEqual([
      '7:31 `ignorecase` is not a key that is known here. Did you mean `ignoreCase`?',
    ])
  })

  it('wants one bound in a gate, of something that is there', () => {
    const gated = (gate: string): string[] => problemsOf(`${good}gates:\n  - ${gate}\n`)
    expect(gated('{ evaluator: same-text, mean: 0.8, passRate: 0.9 }')).toHaveLength(1)
    expect(gated('{ evaluator: same-text }')[0]).toContain('The gate bounds nothing.')
    expect(gated('{ mean: 0.8 }')[0]).toContain('`mean` of what?')
    expect(gated('{ evaluator: same-txt, mean: 0.8 }')[0]).toContain('Did you mean `same-text`?')
    expect(gated('{ evaluator: same-text, noRegression: 0.02 }')[0]).toContain('the suite has one release')
    expect(gated('{ evaluator: same-text, mean: 0.8, slices: [language] }')[0]).toContain(
      'Add `slices: [language]`',
    )
    expect(gated('{ evaluator: same-text, mean: 0.8 }')).toEqual([])
    expect(problemsOf(`${good}slices: [languge]\n`)[0]).toContain('Did you mean `language`?')
    expect(problemsOf(`${good}slices: [language, long]\n`, { declaredSlices: ['long'] })).toEqual([])
    expect(gated('{ evaluator: same-text, equalisedOdds: 0.1 }')[0]).toContain('no slices to compare')
    expect(gated('{ evaluator: same-text, mean: 0.8, labels: [x] }')[0]).toContain('is of no labels')
    const odds = `${good}slices: [language]\ngates:\n  - { evaluator: same-text, equalisedOdds: 0.1, labels: [x] }\n`
    expect(problemsOf(odds)).toEqual([])
    const against = { against: 'support' }
    expect(problemsOf(`${good}gates:\n  - { evaluator: same-text, noRegression: 0 }\n`, against)).toEqual([])
  })

  it('lets `messages` and `prompt` not stand together, and nothing set what is ours', () => {
    expect(problemsOf(good.replace('prompt:', 'messages: message\n  prompt:'))[0]).toContain(
      'do not go together',
    )
    expect(problemsOf(good.replace('releases', 'baseline: support\nreleases'))[0]).toContain(
      '`support` is none of the releases. Use one of `support@v1`.',
    )
    const parameters = good.replace('releases', '  parameters: { model: gpt, temperature: 0 }\nreleases')
    expect(problemsOf(parameters)[0]).toContain('5:17 `model` is not for a suite to set.')
    expect(problemsOf(good.replace('"{{message}}"', '"Hello"'))[0]).toContain('names no column')
    expect(problemsOf(good.replace('{{message}}', '{% for x in y %}'))[0]).toContain('template language')
  })

  it('reports a text that is no YAML, and one that is empty', () => {
    expect(problemsOf('suite: "triage')[0]).toMatch(/^1:\d+ Not valid YAML/)
    expect(problemsOf('')[0]).toContain('declares nothing')
  })
})
