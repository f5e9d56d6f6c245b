import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import type { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { GeminiStream } from './stream.ts'

const label = 'provider "gemini"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const encoder = new TextEncoder()

interface Chunk {
  id: string
  model: string
  choices: { index: number; delta: Record<string, unknown>; finish_reason: string | null }[]
  usage?: unknown
}

function run(
  stream: Uint8Array | string,
  options: { usage?: boolean; content?: boolean } = {},
  sizes = [Number.MAX_SAFE_INTEGER],
) {
  const call = chatCall(
    { stream: true, ...(options.usage ? { stream_options: { include_usage: true } } : {}) },
    { isContentWanted: options.content ?? false },
  )
  const translator = new GeminiStream(call, new AbortController().signal, { label, failures })
  const bytes = typeof stream === 'string' ? encoder.encode(stream) : stream
  const { text, error } = translate(translator, bytes, sizes)
  const data = text
    .split('\n\n')
    .filter(Boolean)
    .map(event => event.slice('data: '.length))
  const chunks = data.filter(line => line !== '[DONE]').map(line => JSON.parse(line) as Chunk)
  const choices = chunks.flatMap(chunk => chunk.choices)
  const deltas = choices.map(choice => choice.delta)
  return { text, error, chunks, choices, deltas, observation: translator.observation, translator }
}

const normal = (text: string): string =>
  text.replaceAll(/"created":\d+/g, '"created":0').replaceAll(/call_minted_\w{24}/g, 'call_minted_x')

describe('GeminiStream', () => {
  it('gives the same events however the bytes are cut, collected or not', () => {
    for (const name of ['chat', 'thinking', 'tools', 'blocked', 'safety', 'malformed', 'error', 'two']) {
      const bytes = readFixture(`gemini/${name}-stream.txt`)
      const lf = encoder.encode(Buffer.from(bytes).toString().replaceAll('\r\n', '\n'))
      const expected = run(bytes)
      for (const sizes of chunkings(15)) {
        for (const [input, content] of [
          [bytes, false],
          [lf, false],
          [bytes, true],
        ] as const) {
          const got = run(input, { content }, sizes)
          expect(normal(got.text)).toBe(normal(expected.text))
          expect((got.error as Failure | undefined)?.code).toBe((expected.error as Failure | undefined)?.code)
          expect(got.observation.usage).toEqual(expected.observation.usage)
        }
      }
    }
  })

  it('writes text as the chunks of a chat completion, and counts cached tokens apart', () => {
    const { chunks, deltas, text, observation } = run(readFixture('gemini/chat-stream.txt'), {
      content: true,
      usage: true,
    })
    expect(deltas).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Grüße' },
      { content: ', "quoted"\n' },
      { content: ' 世界 🌍' },
      {},
    ])
    expect(chunks[0]).toMatchObject({ id: 'Kx3LaY-AI7zTxN8P3Piw4Qg', model: 'gemini-2.5-flash', usage: null })
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 1925,
        completion_tokens: 15,
        total_tokens: 1940,
        prompt_tokens_details: { cached_tokens: 1800 },
      },
    })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(observation).toMatchObject({
      finishReason: 'stop',
      serviceTier: 'default',
      outputEvents: 3,
      usage: usageOf({ inputTokens: 125, cacheReadTokens: 1800, outputTokens: 15 }),
      content: { role: 'assistant', content: 'Grüße, "quoted"\n 世界 🌍' },
    })
  })

  it('shows thoughts as reasoning, and keeps the signature that comes after the text', () => {
    const { deltas, observation } = run(readFixture('gemini/thinking-stream.txt'), { content: true })
    expect(deltas.map(delta => delta['reasoning_content'] as string | undefined).join('')).toBe(
      'First, 27 * 453.',
    )
    expect(deltas.flatMap(delta => (delta['thinking_blocks'] as unknown[] | undefined) ?? [])).toEqual([
      {
        type: 'thinking',
        thinking: '',
        signature: 'gemini:text#EpAICo0IAb4+9vuku3oDHR5EQSMfPm5IpmH06lgm9aGICNAJKKfpVXU3971qpSGS',
      },
    ])
    expect(observation.usage).toEqual(usageOf({ inputTokens: 9, outputTokens: 5, reasoningTokens: 44 }))
  })

  it('streams parallel calls, mints ids that Gemini did not give, and keeps the signature of the first', () => {
    const { choices, observation } = run(readFixture('gemini/tools-stream.txt'), { content: true })
    const signature = 'EpEgCo4gAb4+9vvWwdN+NkNiCCwrqvFI8uf9IiD2A47Bm4Sga0kUTm4e'
    const content = observation.content as { tool_calls: { id: string }[] }
    expect(observation.content).toMatchObject({
      thinking_blocks: [
        { type: 'thinking', thinking: 'Looking at both places.', signature: `gemini:call#${signature}` },
      ],
      tool_calls: [
        {
          type: 'function',
          function: { name: 'get_weather', arguments: '{"location":"Oslo"}' },
          extra_content: { google: { thought_signature: signature } },
        },
        { function: { name: 'get_weather', arguments: '{"location":"Łódź"}' } },
        { id: 'fc_7', function: { name: 'get_time', arguments: '{}' } },
      ],
    })
    const [first = '', second = ''] = content.tool_calls.map(call => call.id)
    expect(first).toMatch(/^call_minted_\w{24}$/)
    expect(second).not.toBe(first)
    expect(choices.at(-1)?.finish_reason).toBe('tool_calls')
  })

  it('tells several answers apart', () => {
    const { choices, observation } = run(readFixture('gemini/two-stream.txt'), { content: true })
    expect(choices.filter(choice => choice.finish_reason).map(one => [one.index, one.finish_reason])).toEqual(
      [
        [0, 'stop'],
        [1, 'length'],
      ],
    )
    expect(observation.content).toMatchObject([{ content: 'Heads.' }, { content: 'Tails!' }])
  })

  it('says that an answer was filtered, and fails where the prompt was, with the usage of it', () => {
    expect(run(readFixture('gemini/safety-stream.txt')).choices.at(-1)?.finish_reason).toBe('content_filter')
    const { text, translator } = run(readFixture('gemini/blocked-stream.txt'))
    expect(text).toBe('')
    expect(translator.failure).toMatchObject({
      code: 'upstream_rejected',
      message: 'The prompt was blocked (PROHIBITED_CONTENT).',
      details: { upstreamCode: 'content_filter' },
    })
    expect(translator.observation.usage).toEqual(usageOf({ inputTokens: 9 }))
  })

  it('fails on a malformed call and on an error event, after what was said before, without [DONE]', () => {
    const malformed = run(readFixture('gemini/malformed-stream.txt'))
    expect(malformed.text).toContain('Let me look.')
    expect(malformed.text).not.toContain('[DONE]')
    expect(malformed.error).toMatchObject({
      code: 'upstream_error',
      message: expect.stringContaining('MALFORMED'),
    })
    const broken = run(readFixture('gemini/error-stream.txt'))
    expect(broken.text).not.toContain('[DONE]')
    expect(broken.error).toMatchObject({ code: 'upstream_error', details: { upstreamCode: 'UNAVAILABLE' } })
  })

  it('never takes a truncated stream for a success', () => {
    const whole = Buffer.from(readFixture('gemini/chat-stream.txt')).toString()
    const two = Buffer.from(readFixture('gemini/two-stream.txt')).toString()
    const last = whole.lastIndexOf('data: ')
    for (const stream of [
      '',
      whole.slice(0, last),
      whole.slice(0, last + 60),
      two.slice(0, two.lastIndexOf('data: ')),
    ]) {
      expect(run(stream).error).toMatchObject({ details: { upstreamCode: 'truncated' } })
    }
    // the blank line after the last event may be missing
    expect(run(whole.trimEnd()).error).toBeUndefined()
    expect(run('data: garbage\n\n').error).toMatchObject({ details: { upstreamCode: 'unreadable' } })
  })
})
