import { describe, expect, it } from 'bun:test'
import { eventsOf, expectOfficial, expectOfficialEvent } from '../../../../test/official-responses.ts'
import { understandResponses } from '../../../../test/fake-provider/openai-responses.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { fromNative, toNative } from './native.ts'
import { NativeStream } from './native-stream.ts'
import { sealBlocks } from './sealed-reasoning.ts'

const request = {
  model: 'assistant',
  input: 'Think of Zürich',
  instructions: 'The secret. Be terse.',
  reasoning: { effort: 'low', summary: 'auto' },
  previous_response_id: 'resp_0199aaaabbbb7ccc8dddeeeeffff0001',
  store: true,
}
const context: AnswerContext = {
  inferenceId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
  request,
  asked: { ...request, instructions: 'Be terse.' },
  model: 'assistant',
  startedAtMs: 1_770_000_000_000,
  target: 'provider:openai gpt-test',
}

const upstream = understandResponses(
  { ...toNative(request), model: 'gpt-test' },
  { text: undefined, cachedTokens: 0 },
).dialect
const text = upstream.events.join('')

function play(size: () => number): Body[] {
  const bytes = Buffer.from(text)
  const stream = new NativeStream(context)
  const out: (Uint8Array | undefined)[] = []
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + size())
    out.push(stream.push(new Uint8Array(bytes.subarray(at, end)))?.slice())
    at = end
  }
  out.push(stream.end())
  expect(stream.answer).toMatchObject({ id: 'resp_0199aaaabbbb7ccc8dddeeeeffff0000', status: 'completed' })
  return eventsOf(out)
}

describe('NativeStream', () => {
  it("keeps the upstream's events, with our id, what the client asked, and reasoning that knows its target", () => {
    const events = play(() => text.length * 4)
    for (const event of events) expectOfficialEvent(event)
    expect(events.map(event => event['sequence_number'])).toEqual([...events.keys()])
    const responses = events.flatMap(event => (event['response'] ? [event['response'] as Body] : []))
    expect(responses).toHaveLength(3)
    for (const response of responses) {
      expect(response).toMatchObject({
        id: 'resp_0199aaaabbbb7ccc8dddeeeeffff0000',
        created_at: 1_770_000_000,
        model: 'assistant',
        instructions: 'Be terse.',
        previous_response_id: 'resp_0199aaaabbbb7ccc8dddeeeeffff0001',
        store: true,
      })
    }
    const sealed = /^slipway\.1\.native\.[\w-]+\.gAAAA-fake/
    const item = events.find(event => event['type'] === 'response.output_item.done')?.['item'] as Body
    expect(item['encrypted_content']).toMatch(sealed)
    expect((responses.at(-1)!['output'] as Body[])[0]?.['encrypted_content']).toMatch(sealed)
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('gives the same events whatever the chunking', () => {
    const expected = play(() => text.length * 4)
    let seed = 5
    for (let run = 0; run < 25; run += 1) {
      expect(play(() => 1 + ((seed = (seed * 48_271) % 2_147_483_647) % 120))).toEqual(expected)
    }
    expect(play(() => 1)).toEqual(expected)
  })

  it('ends a stream that broke with response.failed under the next number', () => {
    const stream = new NativeStream(context)
    const said = stream.push(Buffer.from(upstream.events.slice(0, 6).join('')))
    const events = eventsOf([said, stream.fail(new Failure('upstream_rate_limited', 'Slow down.'))])
    for (const event of events) expectOfficialEvent(event)
    expect(events.map(event => event['sequence_number'])).toEqual([...events.keys()])
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'rate_limit_exceeded' }, output: [{ type: 'reasoning' }] },
    })
    expect(stream.answer).toBeUndefined()
  })
})

describe('fromNative', () => {
  it('makes the whole answer ours', () => {
    const response = fromNative(upstream.reply as Body, context)
    expectOfficial('Response', response)
    expect(response).toMatchObject({ id: 'resp_0199aaaabbbb7ccc8dddeeeeffff0000', model: 'assistant' })
  })
})

describe('toNative', () => {
  it('asks the upstream to keep nothing and to encrypt its reasoning where it reasons', () => {
    const native = toNative(request)
    expect(native).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
    expect(native).not.toHaveProperty('previous_response_id')
    expect(toNative({ model: 'm', input: 'x' })).toEqual({ model: 'm', input: 'x', store: false })
  })

  it('gives the upstream back what it encrypted, and refuses what another model wrote', () => {
    const [reasoning] = fromNative(upstream.reply as Body, context)['output'] as Body[]
    const spoken = {
      type: 'reasoning',
      id: 'rs_0199aaaabbbb7ccc8dddeeeeffff0000_0',
      summary: [],
      content: [],
    }
    const foreign = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA-theirs' }
    const { input } = toNative({ ...request, input: [spoken, reasoning, foreign] }) as { input: Body[] }
    expect(input.map(item => item['encrypted_content'])).toEqual([
      'gAAAA-fake-encrypted-reasoning',
      'gAAAA-theirs',
    ])
    const blocks = { ...foreign, encrypted_content: sealBlocks('provider:claude x', [{ type: 'thinking' }]) }
    expect(() => toNative({ ...request, input: [blocks] })).toThrow('written by provider:claude x')
  })
})
