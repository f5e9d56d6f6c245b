import { afterAll, describe, expect, it } from 'bun:test'
import { openCheckGateway } from '../../../../test/check-gateway.ts'
import { startFakeProvider } from '../../../../test/fake-provider/index.ts'
import { parseConfig } from '../../../foundation/config/index.ts'
import { judgeAnswer } from './judge-answer.ts'
import { readJudgedAnswer } from './judged-answer.ts'

let say: (prompt: string) => string = () => ''
const provider = await startFakeProvider({
  reply: body =>
    say((body as { messages: { content: string }[] }).messages.map(({ content }) => content).join('\n')),
})
afterAll(() => provider.stop())

const config = `
providers: { fake: { kind: openai-compatible, baseUrl: ${provider.url}/v1 } }
prices: [{ provider: fake, model: m, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 1 } }]
judges:
  tone:
    kind: rubric
    service: jury
    rubric: { version: "7", criterion: Is the answer polite to the customer?, labels: { polite: 1, curt: 0.4, rude: 0 } }
  grounds: { kind: groundedness, service: jury }
  same: { kind: self-consistency, service: jury, samples: 4, compare: text }
services:
  jury: { releases: { v1: { target: { provider: fake, model: m } } } }
`
const gateway = openCheckGateway(config)
const parsed = parseConfig(config, '/nowhere/slipway.yaml', {})
const answer = {
  question: 'How long may I return it?',
  documents: ['Returns are accepted for 30 days. The shop is in Lyon.'],
  text: 'Returns are accepted for 30 days. Returns are free of charge.',
}

async function judge(name: string, given: Partial<typeof answer> = {}) {
  const judges = 'snapshot' in parsed ? parsed.snapshot.config.judges : {}
  return await judgeAnswer(gateway.ask, {
    name,
    config: judges[name]!,
    answer: { ...answer, ...given },
    service: 'jury',
    tenant: 'acme',
    signal: AbortSignal.timeout(30_000),
  })
}

describe('judgeAnswer', () => {
  it('goes by the rubric, and gives the score of the label', async () => {
    say = () => '```json\n{ "rationale": "Short.", "label": "curt" }\n```'
    const found = await judge('tone')
    expect(found).toMatchObject({ value: 0.4, label: 'curt', rationale: 'Short.' })
    expect(found.costNanoUsd).toBe(gateway.records.at(-1)?.costNanoUsd)
    expect(gateway.records.at(-1)?.keyId).toBe('judge:tone')
    const { messages } = provider.last.body as { messages: { content: string }[] }
    expect(messages[0]?.content).toContain('Rubric (version 7):\nIs the answer polite')
    expect(messages[1]?.content).toContain(answer.text)
  })

  it('forgives what a model thinks aloud before its JSON', async () => {
    say = () =>
      '<think>Is { "label": "rude" } right? No.</think>\n{ "rationale": "Kind.", "label": "polite" }'
    expect(await judge('tone')).toMatchObject({ value: 1, label: 'polite' })
  })

  it('takes no label that is not in the rubric, and no prose', async () => {
    for (const said of ['{ "rationale": "x", "label": "great" }', '{ "label": "polite" }', 'It is polite.']) {
      say = () => said
      const error = await judge('tone').catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'upstream_error' })
      expect(String(error)).not.toContain('polite')
    }
  })

  it('scores groundedness as the share of claims that are borne out', async () => {
    say = () =>
      JSON.stringify({
        claims: [
          { claim: 1, verdict: 'supported', document: 1 },
          { claim: 2, verdict: 'not_found', document: null },
        ],
      })
    expect(await judge('grounds')).toMatchObject({
      value: 0.5,
      label: 'ungrounded',
      rationale: '1 of 2 claims are borne out.',
    })
    const without = await judge('grounds', { documents: [] })
    expect(without).toMatchObject({ value: undefined, label: 'not applicable', costNanoUsd: 0 })
  })

  it('scores self-consistency by what the same question is answered again, and adds up the cost', async () => {
    let turn = 0
    say = () => ['30 days.', '30 days', '14 days.', '30 Days'][turn++ % 4]!
    const found = await judge('same', { text: '30 days.' })
    const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)) / Math.log(4)
    expect(found.value).toBeCloseTo(1 - entropy, 12)
    const costs = gateway.records.slice(-4).map(({ costNanoUsd }) => costNanoUsd ?? 0)
    expect(found.costNanoUsd).toBe(costs.reduce((sum, cost) => sum + cost, 0))
  })
})

describe('readJudgedAnswer', () => {
  const read = (request: unknown, response: unknown) => readJudgedAnswer({ request, response })

  it('reads chats with results of tools', () => {
    const messages = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'First' },
      { role: 'assistant', content: null, tool_calls: [] },
      { role: 'tool', tool_call_id: 'a', content: 'Sunny' },
      { role: 'user', content: [{ type: 'text', text: 'And now?' }] },
    ]
    expect(read({ messages }, { role: 'assistant', content: 'It is sunny.' })).toEqual({
      question: 'And now?',
      documents: ['Sunny'],
      text: 'It is sunny.',
    })
  })

  it("reads Anthropic's messages and OpenAI's responses", () => {
    const blocks = [
      { type: 'document', source: { type: 'text', data: 'Returns: 30 days' } },
      { type: 'text', text: 'How long?' },
      { type: 'image', source: {} },
    ]
    expect(
      read(
        { messages: [{ role: 'user', content: blocks }] },
        { content: [{ type: 'text', text: '30 days' }] },
      ),
    ).toEqual({ question: 'How long?', documents: ['Returns: 30 days'], text: '30 days' })
    const input = [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
      { type: 'function_call', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'Rain' },
    ]
    expect(read({ input }, { content: 'It rains.' })).toEqual({
      question: 'Weather?',
      documents: ['Rain'],
      text: 'It rains.',
    })
    expect(read({ input: 'Weather?' }, { content: 'Rain' })?.question).toBe('Weather?')
    expect(read({ prompt: 'Once' }, ' upon a time')).toMatchObject({ question: 'Once', text: ' upon a time' })
  })

  it('finds nothing to judge where there is no text of an answer', () => {
    expect(read({ messages: [] }, undefined)).toBeUndefined()
    expect(read({ messages: [] }, { content: null, tool_calls: [{}] })).toBeUndefined()
    expect(read({ truncated: true, start: '{' }, { truncated: true, start: '{' })).toBeUndefined()
  })
})
