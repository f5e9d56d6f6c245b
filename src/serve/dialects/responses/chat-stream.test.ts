import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { ChatToResponse } from './chat-stream.ts'
import { fromReply } from './from-reply.ts'
import {
  chunksOf,
  eventsOf,
  expectOfficial,
  expectOfficialEvent,
} from '../../../../test/official-responses.ts'

const context: AnswerContext = {
  inferenceId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
  request: {
    model: 'assistant',
    input: 'Hi',
    store: true,
    tools: [{ type: 'function', name: 'get_weather' }],
    metadata: { ticket: '7' },
  },
  model: 'assistant',
  startedAtMs: 1_764_000_000_000,
  target: 'provider:claude sonnet',
}
const summarised: AnswerContext = {
  ...context,
  request: { ...context.request, reasoning: { effort: 'low', summary: 'auto' } },
}

const usage = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 3 },
}
const thinking = { type: 'thinking', thinking: 'Let me think é.', signature: 'sig' }
const rich = [
  { reasoning_content: 'Let me ' },
  { reasoning_content: 'think é.' },
  { thinking_blocks: [thinking] },
  { content: 'I will look. ' },
  { content: 'Zürich 🌦️' },
  {
    tool_calls: [
      { index: 0, id: 'call_a', type: 'function', function: { name: 'get_weather', arguments: '' } },
    ],
  },
  { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
  {
    tool_calls: [
      { index: 1, id: 'call_b', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
    ],
  },
  { tool_calls: [{ index: 0, function: { arguments: '"Zürich"}' } }] },
]

const streams: readonly (readonly [string, string, AnswerContext])[] = [
  ['text', chunksOf([{ content: 'Hello' }, { content: ' there' }], 'stop', usage), context],
  ['reasoning, text and parallel calls', chunksOf(rich, 'tool_calls', usage), context],
  ['a summary of the reasoning', chunksOf(rich, 'tool_calls', usage), summarised],
  ['a refusal after text', chunksOf([{ content: 'Well, ' }, { refusal: 'no.' }], 'stop', usage), context],
  ['what was cut off', chunksOf([{ content: 'Once upon' }], 'length', usage), context],
  ['what a filter ended', chunksOf([{ refusal: 'No.' }], 'content_filter'), context],
  ['nothing at all', chunksOf([], 'stop'), context],
]

function play(text: string, sizes: () => number, given: AnswerContext): Body[] {
  const bytes = Buffer.from(text)
  const stream = new ChatToResponse(given)
  const out: (Uint8Array | undefined)[] = []
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + Math.max(1, sizes()))
    out.push(stream.push(new Uint8Array(bytes.subarray(at, end))))
    at = end
  }
  out.push(stream.end())
  return eventsOf(out)
}

const whole = (text: string, given: AnswerContext): Body[] => play(text, () => text.length * 4, given)
/** The only thing that a clock decides. */
const timeless = (events: Body[]): string => JSON.stringify(events).replaceAll(/"completed_at":\d+/g, '')

describe('ChatToResponse', () => {
  for (const [name, text, given] of streams) {
    it(`writes only events that OpenAI describes, numbered without a gap: ${name}`, () => {
      const events = whole(text, given)
      for (const event of events) expectOfficialEvent(event)
      expect(events.map(event => event['sequence_number'])).toEqual(events.map((_, index) => index))
      expect(events[0]?.['type']).toBe('response.created')
      expect(events[1]?.['type']).toBe('response.in_progress')
      expectConsistent(events)
    })

    it(`gives the same events whatever the chunking: ${name}`, () => {
      const expected = timeless(whole(text, given))
      let seed = 7
      const random = (most: number) => (): number => (seed = (seed * 48_271) % 2_147_483_647) % most
      for (let run = 0; run < 40; run += 1) expect(timeless(play(text, random(90), given))).toBe(expected)
      expect(timeless(play(text, () => 1, given))).toBe(expected)
    })
  }

  it('ends with the very answer that is given whole', () => {
    const [last] = whole(streams[1]![1], context).slice(-1)
    const message = {
      role: 'assistant',
      content: 'I will look. Zürich 🌦️',
      reasoning_content: 'Let me think é.',
      thinking_blocks: [thinking],
      tool_calls: [
        { id: 'call_a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Zürich"}' } },
        { id: 'call_b', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
      ],
    }
    const reply = { choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage }
    const response = fromReply(reply, context)
    expectOfficial('Response', response)
    const { completed_at: _, ...told } = last!['response'] as Body
    expect(response).toMatchObject(told)
    expect((response['output'] as Body[]).map(item => item['type'])).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ])
  })

  it('says nothing before the first piece of the answer', () => {
    const stream = new ChatToResponse(context)
    const head = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
    expect(stream.push(Buffer.from(head))).toBeUndefined()
  })

  it('ends a stream that broke with response.failed, which has what was said, and nothing after it', () => {
    const stream = new ChatToResponse(context)
    const text = chunksOf([{ content: 'Half of' }], 'stop')
      .split('data: ')
      .slice(0, 3)
      .join('data: ')
    const said = stream.push(Buffer.from(text))
    const failure = new Failure('upstream_error', 'The provider "x" broke off.')
    const events = eventsOf([said, stream.fail(failure)])
    for (const event of events) expectOfficialEvent(event)
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      sequence_number: events.length - 1,
      response: {
        status: 'failed',
        error: { code: 'server_error', message: 'The provider "x" broke off.' },
        output: [{ type: 'message', status: 'incomplete', content: [{ text: 'Half of' }] }],
      },
    })
    expect(stream.answer).toBeUndefined()
  })

  it('ends with an error event where nothing had been said', () => {
    const stream = new ChatToResponse(context)
    const failure = new Failure('upstream_rate_limited', 'Too many calls.')
    const [event] = eventsOf([stream.fail(failure)])
    expectOfficialEvent(event!)
    expect(event).toMatchObject({ type: 'error', code: 'rate_limit_exceeded', sequence_number: 0 })
  })

  it('tells parallel calls apart where a server numbers them all alike, or not at all', () => {
    for (const index of [0, undefined]) {
      const call = (id: string, text: string) => ({ index, id, function: { name: 'f', arguments: text } })
      const deltas = [{ tool_calls: [call('a', '{"n":1}')] }, { tool_calls: [call('b', '{"n":2}')] }]
      const events = whole(chunksOf(deltas, 'tool_calls'), context)
      const { output } = events.at(-1)!['response'] as { output: Body[] }
      expect(output.map(item => [item['call_id'], item['arguments']])).toEqual([
        ['a', '{"n":1}'],
        ['b', '{"n":2}'],
      ])
    }
  })
})

/** What the deltas add up to is what the end says; every event points at the item that it is about. */
function expectConsistent(events: readonly Body[]): void {
  const end = events.at(-1)!['response'] as { output: Body[] }
  const done = events.filter(event => event['type'] === 'response.output_item.done')
  expect(
    done.toSorted((a, b) => Number(a['output_index']) - Number(b['output_index'])).map(e => e['item']),
  ).toEqual(end.output)
  for (const event of events) {
    if (typeof event['item_id'] !== 'string') continue
    expect(end.output[Number(event['output_index'])]?.['id']).toBe(event['item_id'])
  }
  const joined = (type: string): string =>
    events
      .filter(event => event['type'] === type)
      .map(event => event['delta'])
      .join('')
  const parts = end.output.flatMap(item => (item['content'] ?? []) as Body[])
  const textOf = (type: string): string =>
    parts
      .filter(part => part['type'] === type)
      .map(part => part['text'] ?? part['refusal'])
      .join('')
  expect(joined('response.output_text.delta')).toBe(textOf('output_text'))
  expect(joined('response.refusal.delta')).toBe(textOf('refusal'))
  expect(joined('response.reasoning_text.delta')).toBe(textOf('reasoning_text'))
}
