import { describe, expect, it } from 'bun:test'
import { parse } from 'yaml'
import { createEvaluatorCatalogue } from '../evaluators/index.ts'
import { readSuite } from '../suites/read-suite.ts'
import { fromOpenAiEvals } from './from-openai-evals.ts'
import { fromOpenAiRegistry } from './from-openai-registry.ts'
import { fromPromptfoo } from './from-promptfoo.ts'

const target = {
  name: 'moved',
  dataset: 'tests',
  releases: ['support'],
  judge: 'jury',
  embedder: undefined,
}

const evaluators = createEvaluatorCatalogue({
  assessClaims: () => Promise.resolve([]),
  functions: () => ({}),
})

/** The suite that a text makes; it has to be one that can be read. */
function readBack(text: string): Record<string, unknown> {
  const read = readSuite(text, 'moved.yaml', { evaluators })
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  return parse(text) as Record<string, unknown>
}

const promptfoo = `
description: Support bot
prompts:
  - '[{"role":"system","content":"Be brief, {{name}}."},{"role":"user","content":"{{question}}"}]'
  - file://other.txt
providers: [openai:gpt-4.1-mini]
defaultTest:
  assert:
    - { type: icontains-any, value: [order, parcel] }
    - { type: not-contains, value: "as an AI" }
    - { type: llm-rubric, value: Is it polite?, threshold: 0.5, weight: 2 }
    - { type: similar, value: hello, threshold: 0.8 }
    - { type: javascript, value: output.length < 100 }
    - { type: latency, threshold: 2000 }
evaluateOptions: { repeat: 3 }
sharing: true
tests:
  - vars: { question: Where is it?, name: Ada }
    assert: [{ type: equals, value: On its way. }, { type: is-json }]
  - vars: { question: When?, name: Bo }
    assert: [{ type: equals, value: Tomorrow. }, { type: is-json }, { type: rouge-n, value: soon }]
`

describe('fromPromptfoo', () => {
  it('makes a suite of what a suite can say, and tells all that it cannot', () => {
    const { text, notes } = fromPromptfoo(promptfoo, target)
    expect(readBack(text)).toEqual({
      suite: 'moved',
      description: 'Support bot',
      dataset: 'tests',
      expected: 'expected',
      request: { prompt: '{{question}}', system: 'Be brief, {{name}}.' },
      releases: ['support'],
      evaluators: [
        { use: 'contains', with: { texts: ['order', 'parcel'], match: 'any', compare: 'ignore-case' } },
        { use: 'contains', name: 'contains-2', with: { texts: ['as an AI'], match: 'all', not: true } },
        {
          use: 'llm-judge',
          with: { service: 'jury', rubric: 'Is it polite?', labels: { pass: 1, fail: 0 } },
          threshold: 0.5,
        },
        { use: 'latency', with: { maxMs: 2000 }, threshold: 1 },
        { use: 'json-schema', with: { schema: {} } },
        { use: 'exact' },
      ],
      repeats: 3,
    })
    const told = [
      '2 prompts',
      'Providers',
      '`weight`',
      '`similar`',
      '`javascript`',
      '`rouge-n` differ',
      '`sharing`',
    ]
    for (const word of told) expect(notes.some(note => note.includes(word))).toBe(true)
    expect(notes).toHaveLength(told.length)
  })

  it('says where a file is no YAML, and what is missing where it says nothing', () => {
    expect(() => fromPromptfoo('prompts: [', target)).toThrow('line 1')
    const { text, notes } = fromPromptfoo('prompts: ["{% if a %}"]', target)
    expect(readBack(text)).toMatchObject({ request: { prompt: '{{input}}' }, evaluators: [{ use: 'exact' }] })
    expect(notes.join(' ')).toContain('write `evaluators` yourself')
  })
})

describe('fromOpenAiEvals', () => {
  it('takes over string checks, similarities and label models, and tells the rest', () => {
    const file = {
      name: 'Tickets',
      testing_criteria: [
        {
          type: 'string_check',
          name: 'Same label',
          input: '{{ sample.output_text }}',
          operation: 'eq',
          reference: '{{ item.label }}',
        },
        {
          type: 'text_similarity',
          input: '{{sample.output_text}}',
          reference: '{{item.label}}',
          evaluation_metric: 'rouge_l',
          pass_threshold: 0.6,
        },
        { type: 'string_check', input: '{{sample.output_text}}', operation: 'ilike', reference: 'thanks' },
        {
          type: 'label_model',
          name: 'Tone',
          labels: ['good', 'bad'],
          passing_labels: ['good'],
          input: [{ role: 'developer', content: 'Judge the tone.' }],
        },
        { type: 'python', name: 'Own', source: 'def grade(): pass' },
        {
          type: 'string_check',
          input: '{{sample.output_text}}',
          operation: 'eq',
          reference: '{{item.other}}',
        },
      ],
      data_source: {
        model: 'gpt-4.1',
        input_messages: {
          type: 'template',
          template: [
            { role: 'developer', content: 'Sort it.' },
            { role: 'user', content: '{{ item.text }}' },
          ],
        },
        sampling_params: { temperature: 0, max_completion_tokens: 50, seed: 3 },
      },
    }
    const { text, notes } = fromOpenAiEvals(JSON.stringify(file), target)
    expect(readBack(text)).toEqual({
      suite: 'moved',
      description: 'Tickets',
      dataset: 'tests',
      expected: 'label',
      request: { prompt: '{{text}}', system: 'Sort it.', parameters: { temperature: 0, max_tokens: 50 } },
      releases: ['support'],
      evaluators: [
        { use: 'exact', name: 'same-label' },
        { use: 'rouge', with: { kind: 'rouge-l' }, threshold: 0.6 },
        { use: 'contains', with: { texts: ['thanks'], compare: 'ignore-case' } },
        {
          use: 'llm-judge',
          name: 'tone',
          with: { service: 'jury', rubric: 'Judge the tone.', labels: { good: 1, bad: 0 } },
          threshold: 1,
        },
      ],
    })
    expect(notes).toEqual([
      '`seed` is not taken over: write `seed` in the suite.',
      'The model `gpt-4.1` is not taken over: the suite asks the releases that were named.',
      'The criterion `Own` (python) is not taken over: its code is not run; `function` runs a command of yours.',
      'The criterion `string_check` is not taken over: a suite has one column that is expected, and it is `label` already.',
    ])
  })
})

describe('fromOpenAiRegistry', () => {
  const registry = `
capitals:
  id: capitals.dev.v0
  description: Knows capitals.
  metrics: [accuracy]
capitals.dev.v0:
  class: evals.elsuite.basic.match:Match
  args: { samples_jsonl: capitals/samples.jsonl, max_tokens: 20, num_few_shot: 2, few_shot_jsonl: x.jsonl }
found:
  id: found.v1
found.v1:
  class: evals.elsuite.basic.includes:Includes
  args: { samples_jsonl: found.jsonl, ignore_case: true }
fuzzy: { id: fuzzy.v1 }
fuzzy.v1: { class: "evals.elsuite.basic.fuzzy_match:FuzzyMatch", args: { samples_jsonl: fuzzy.jsonl } }
json: { id: json.v1 }
json.v1: { class: "evals.elsuite.basic.json_match:JsonMatch", args: { samples_jsonl: json.jsonl } }
judged: { id: judged.v1 }
judged.v1:
  class: evals.elsuite.modelgraded.classify:ModelBasedClassify
  args: { samples_jsonl: judged.jsonl, eval_type: cot_classify, modelgraded_spec: closedqa, multicomp_n: 2 }
own: { id: own.v1 }
own.v1: { class: "mine.evals:Own", args: { samples_jsonl: own.jsonl } }
loop: { id: loop }
`
  const take = (name: string | undefined, modelgraded?: string) =>
    fromOpenAiRegistry(registry, target, { eval: name, modelgraded })

  it.each([
    ['capitals', [{ use: 'starts-with' }], 'capitals/samples.jsonl'],
    ['found', [{ use: 'contains', with: { match: 'any', compare: 'ignore-case' } }], 'found.jsonl'],
    ['fuzzy', [{ use: 'fuzzy-match' }, { use: 'token-f1' }], 'fuzzy.jsonl'],
    ['json', [{ use: 'json-field' }], 'json.jsonl'],
  ])('makes a suite of %s', (name, wanted, samples) => {
    const made = take(name)
    expect(readBack(made.text)).toMatchObject({
      expected: 'ideal',
      request: { messages: 'input' },
      evaluators: wanted,
    })
    expect(made.samples).toBe(samples)
  })

  it('tells few shots, and takes over the limit of tokens and the description', () => {
    const { text, notes } = take('capitals')
    expect(readBack(text)).toMatchObject({
      description: 'Knows capitals.',
      request: { parameters: { temperature: 0, max_tokens: 20 } },
    })
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain('The 2 examples that are shown before each question')
  })

  it('asks for the specification of a judge, and makes a judge of each of its criteria', () => {
    expect(take('judged').needs).toBe('closedqa')
    const spec = `
prompt: "Task: {input}\\nSubmission: {completion}\\nCriterion: {criteria}"
choice_strings: "YN"
choice_scores: { Y: 1.0 }
args:
  criteria: { relevance: "Is it to the point?", conciseness: "Is it short?" }
`
    // one choice alone has a score: nothing can be told from it
    expect(take('judged', spec).notes.join(' ')).toContain('write the judge yourself')
    const made = take('judged', spec.replace('{ Y: 1.0 }', '{ Y: 1.0, N: 0.0 }'))
    expect(made.needs).toBeUndefined()
    expect(readBack(made.text)['evaluators']).toEqual(
      ['relevance: Is it to the point?', 'conciseness: Is it short?'].map(criterion => {
        const [name, question] = criterion.split(': ')
        return {
          use: 'llm-judge',
          name,
          with: {
            service: 'jury',
            rubric: `Task: (the question)\nSubmission: (the answer)\nCriterion: ${question}`,
            labels: { Y: 1, N: 0 },
          },
        }
      }),
    )
    expect(made.notes).toContain('`args.multicomp_n` is not taken over.')
  })

  it('says which evals there are, which code it cannot take over, and what leads nowhere', () => {
    expect(() => take(undefined)).toThrow('name one: capitals, found, fuzzy')
    expect(() => take('gone')).toThrow('no eval `gone`')
    expect(() => take('loop')).toThrow('without end')
    expect(take('own').notes.join(' ')).toContain('`Own` is code of its own')
  })
})
