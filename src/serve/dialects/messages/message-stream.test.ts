import { describe, expect, it } from 'bun:test'
import {
  expectMessageEvents,
  parseMessageEvents,
  type MessageEvent,
} from '../../../../test/anthropic-events.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { MessageStream } from './message-stream.ts'

const context = {
  inferenceId: '0199-aa',
  request: { stop_sequences: ['END'] },
  model: 'support',
  startedAtMs: 0,
}
const encoder = new TextEncoder()

type Delta = Record<string, unknown>

interface Script {
  readonly deltas: readonly Delta[]
  readonly finish?: string
  readonly choice?: Record<string, unknown>
  readonly usage?: object
  /** Where the usage stands: alone after the end, in the last chunk, or nowhere. */
  readonly usageAt?: 'alone' | 'last' | 'nowhere'
}

const usage = {
  prompt_tokens: 100,
  completion_tokens: 30,
  total_tokens: 130,
  prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
  completion_tokens_details: { reasoning_tokens: 20 },
}

function chatStream({ deltas, finish = 'stop', choice = {}, usageAt = 'alone' }: Script): string {
  const chunk = (choices: unknown[], more: object = {}): string =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'gpt-x', choices, ...more })}\n\n`
  return [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...deltas.map(delta => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: finish, ...choice }], usageAt === 'last' ? { usage } : {}),
    ...(usageAt === 'alone' ? [chunk([], { usage })] : []),
    'data: [DONE]\n\n',
  ].join('')
}

/** The text that the client gets, with the bytes of the upstream cut as `size` says. */
function translate(text: string, size: () => number = () => Number.MAX_SAFE_INTEGER): string {
  const stream = new MessageStream(context)
  const bytes = encoder.encode(text)
  let out = ''
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.slice(at, at + size())
    at += piece.length
    out += Buffer.from(stream.push(piece) ?? new Uint8Array()).toString()
  }
  return out + Buffer.from(stream.end() ?? new Uint8Array()).toString()
}

function eventsOf(script: Script): MessageEvent[] {
  const events = parseMessageEvents(translate(chatStream(script)))
  expectMessageEvents(events)
  return events
}

/** The blocks as a client puts them together. */
function blocksOf(events: readonly MessageEvent[]): Record<string, unknown>[] {
  const blocks: Record<string, unknown>[] = []
  for (const event of events) {
    if (event.type === 'content_block_start') blocks.push({ ...event.content_block })
    if (event.type !== 'content_block_delta') continue
    const block = blocks[event.index]!
    const { type, ...fields } = event.delta
    for (const [name, piece] of Object.entries(fields)) {
      block[name] = ((block[name] as string | undefined) ?? '') + piece
    }
    expect(type).toBeTruthy()
  }
  return blocks
}

const call = (index: number, more: object, fn: object): Delta => ({
  tool_calls: [{ index, ...more, function: fn }],
})

describe('MessageStream', () => {
  it('writes reasoning, text and calls as blocks one after the other', () => {
    const events = eventsOf({
      deltas: [
        { reasoning_content: 'Hm' },
        { reasoning_content: 'm.' },
        { content: 'Hel' },
        { content: 'lo' },
        call(0, { id: 'a', type: 'function' }, { name: 'f', arguments: '' }),
        call(0, {}, { arguments: '{"x":' }),
        call(0, {}, { arguments: '1}' }),
        call(1, { id: 'b', type: 'function' }, { name: 'g', arguments: '{}' }),
      ],
      finish: 'tool_calls',
    })
    expect(blocksOf(events)).toEqual([
      { type: 'thinking', thinking: 'Hmm.', signature: '' },
      { type: 'text', text: 'Hello' },
      {
        type: 'tool_use',
        id: 'a',
        name: 'f',
        input: {},
        caller: { type: 'direct' },
        partial_json: '{"x":1}',
      },
      { type: 'tool_use', id: 'b', name: 'g', input: {}, caller: { type: 'direct' }, partial_json: '{}' },
    ])
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: {
        input_tokens: 30,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 10,
        output_tokens: 30,
        output_tokens_details: { thinking_tokens: 20 },
      },
    })
  })

  it('waits with the end for the usage, wherever that stands, and does without', () => {
    for (const usageAt of ['alone', 'last', 'nowhere'] as const) {
      const end = eventsOf({ deltas: [{ content: 'x' }], usageAt }).at(-2)
      expect(end).toMatchObject({ usage: { output_tokens: usageAt === 'nowhere' ? 0 : 30 } })
    }
    const stream = new MessageStream(context)
    const until = chatStream({ deltas: [{ content: 'x' }], usageAt: 'nowhere' }).replace(
      'data: [DONE]\n\n',
      '',
    )
    const early = Buffer.from(stream.push(encoder.encode(until))!).toString()
    expect(early).toContain('content_block_stop')
    expect(early).not.toContain('message_delta')
    expect(Buffer.from(stream.end()!).toString()).toContain('message_stop')
    expect(stream.end()).toBeUndefined()
    // where it comes, nothing else is waited for
    const eager = new MessageStream(context)
    const all = chatStream({ deltas: [{ content: 'x' }] }).replace('data: [DONE]\n\n', '')
    expect(Buffer.from(eager.push(encoder.encode(all))!).toString()).toContain('message_stop')
  })

  it('gives signatures and redacted thinking back as they came', () => {
    const signed = { type: 'thinking', thinking: 'Hmm.', signature: 'sig' }
    const redacted = { type: 'redacted_thinking', data: 'opaque' }
    const events = eventsOf({
      deltas: [
        { reasoning_content: 'Hmm.' },
        { thinking_blocks: [signed] },
        { thinking_blocks: [redacted] },
        { thinking_blocks: [{ ...signed, thinking: 'Unstreamed.' }] },
        { content: 'Hi' },
      ],
    })
    expect(blocksOf(events)).toEqual([
      signed,
      redacted,
      { ...signed, thinking: 'Unstreamed.' },
      { type: 'text', text: 'Hi' },
    ])
  })

  it('keeps the blocks of mixed parallel calls apart, and loses nothing', () => {
    const events = eventsOf({
      deltas: [
        call(0, { id: 'a' }, { name: 'f', arguments: '{"x' }),
        call(1, { id: 'b' }, { name: 'g', arguments: '{"y' }),
        call(1, {}, { arguments: '":2}' }),
        call(0, {}, { arguments: '":1}' }),
      ],
      finish: 'tool_calls',
    })
    expect(blocksOf(events).map(block => [block['id'], block['partial_json']])).toEqual([
      ['a', '{"x":1}'],
      ['b', '{"y":2}'],
    ])
  })

  it('tells calls apart that all have the index 0, and names those without an id', () => {
    const events = eventsOf({
      deltas: [
        call(0, { id: 'a' }, { name: 'f', arguments: '{}' }),
        call(0, { id: 'b' }, { name: 'g', arguments: '{}' }),
        call(1, {}, { name: 'h', arguments: { z: 3 } }),
      ],
      finish: 'stop',
    })
    expect(blocksOf(events).map(block => [block['id'], block['name'], block['partial_json']])).toEqual([
      ['a', 'f', '{}'],
      ['b', 'g', '{}'],
      ['toolu_0199aa_2', 'h', '{"z":3}'],
    ])
    // some servers say `stop` after calls
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } })
  })

  it('refuses arguments that come after their call is over', () => {
    const text = chatStream({
      deltas: [
        call(0, { id: 'a' }, { name: 'f', arguments: '{}' }),
        { content: 'x' },
        call(0, {}, { arguments: '{}' }),
      ],
    })
    expect(() => translate(text)).toThrow('a call of a tool that was over')
  })

  it.each([
    ['stop', {}, [], 'end_turn'],
    ['stop', { stop_reason: 'END' }, [], 'stop_sequence'],
    ['stop', { stop_reason: 128_009 }, [], 'end_turn'],
    ['length', {}, [], 'max_tokens'],
    ['content_filter', {}, [], 'refusal'],
    ['stop', {}, [{ refusal: 'No.' }], 'refusal'],
    ['something_new', {}, [], 'end_turn'],
  ] as const)('ends %s with %j as %j says: %s', (finish, choice, more, reason) => {
    const events = eventsOf({ deltas: [{ content: 'x' }, ...more], finish, choice })
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: reason } })
  })

  it('ends with an error and nothing after it', () => {
    const stream = new MessageStream(context)
    stream.push(encoder.encode(chatStream({ deltas: [{ content: 'x' }] }).slice(0, 300)))
    const last = Buffer.from(stream.fail(new Failure('upstream_error', 'It broke.'))).toString()
    expect(parseMessageEvents(last)).toEqual([
      { type: 'error', error: { type: 'api_error', message: 'It broke.' } },
    ])
    expect(stream.push(encoder.encode(chatStream({ deltas: [{ content: 'y' }] })))).toBeUndefined()
    expect(stream.end()).toBeUndefined()
  })
})

describe('any chunking of an upstream stream', () => {
  it('gives the same client events, all valid and in order, and loses nothing', () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const random = createRandom(seed)
      const { script, expected } = inventStream(random)
      const text = chatStream(script)
      const ending = seed % 3 === 0 ? text.replaceAll('\n', '\r\n') : text
      const whole = translate(text)
      const events = parseMessageEvents(whole)
      expectMessageEvents(events)
      expect(said(blocksOf(events))).toEqual(expected)
      for (const size of [(): number => 1, (): number => 7, (): number => 1 + random(90)]) {
        expect(translate(ending, size)).toBe(whole)
      }
    }
  })
})

/** What a stream said in all: blocks of one kind in a row are one saying. */
function said(blocks: readonly Record<string, unknown>[]): unknown {
  const texts = (kind: string, field: string): string =>
    blocks.map(block => (block['type'] === kind ? (block[field] as string) : '')).join('')
  const calls = blocks.filter(block => block['type'] === 'tool_use')
  return {
    thinking: texts('thinking', 'thinking'),
    text: texts('text', 'text'),
    calls: calls.map(block => [block['id'], block['name'], block['partial_json']]),
  }
}

function createRandom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
}

/** A stream with reasoning, text in several scripts, and calls whose pieces are mixed, with what it says in all. */
function inventStream(random: (below: number) => number): { script: Script; expected: unknown } {
  const pieces = ['Grüße', ' 世界', '🌍', '"q"\n', 'a', '\\u', 'data: x', '\n\n']
  const pick = (): string => pieces[random(pieces.length)]!
  const thoughts = Array.from({ length: random(4) }, pick)
  const words = Array.from({ length: random(6) }, pick)
  const calls = Array.from({ length: random(4) }, (_, index) => ({
    index,
    id: `c${index}`,
    name: `f${index}`,
    text: JSON.stringify({ value: pick(), n: index }),
  }))
  const mixed: Delta[] = calls.map(({ index, id, name }) => call(index, { id }, { name, arguments: '' }))
  const rests = calls.map(({ index, text }) => ({ index, text, at: 0 }))
  while (rests.some(({ text, at }) => at < text.length)) {
    const rest = rests[random(rests.length)]!
    const size = 1 + random(9)
    if (rest.at < rest.text.length) {
      mixed.push(call(rest.index, {}, { arguments: rest.text.slice(rest.at, rest.at + size) }))
    }
    rest.at += size
  }
  const script: Script = {
    deltas: [
      ...thoughts.map(reasoning => ({ reasoning_content: reasoning })),
      ...words.map(content => ({ content })),
      ...mixed,
    ],
    finish: calls.length > 0 ? 'tool_calls' : 'stop',
    usageAt: (['alone', 'last', 'nowhere'] as const)[random(3)]!,
  }
  return {
    script,
    expected: {
      thinking: thoughts.join(''),
      text: words.join(''),
      calls: calls.map(({ id, name, text }) => [id, name, text]),
    },
  }
}
