import { describe, expect, it } from 'bun:test'
import type { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { AnthropicStream } from './stream.ts'

const label = 'provider "anthropic"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const encoder = new TextEncoder()

interface Chunk {
  id: string
  object: string
  created: number
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
  const translator = new AnthropicStream(call, new AbortController().signal, { label, failures })
  const bytes = typeof stream === 'string' ? encoder.encode(stream) : stream
  const { text, error } = translate(translator, bytes, sizes)
  const data = text
    .split('\n\n')
    .filter(Boolean)
    .map(event => event.slice('data: '.length))
  const chunks = data.filter(line => line !== '[DONE]').map(line => JSON.parse(line) as Chunk)
  const deltas = chunks.flatMap(chunk => chunk.choices.map(choice => choice.delta))
  return { text, error, chunks, deltas, observation: translator.observation, translator }
}

describe('AnthropicStream', () => {
  it('gives the same events however the bytes are cut, collected or not', () => {
    for (const name of ['chat', 'tools', 'thinking', 'refusal', 'overloaded']) {
      const bytes = readFixture(`anthropic/${name}-stream.txt`)
      const crlf = encoder.encode(Buffer.from(bytes).toString().replaceAll('\n', '\r\n'))
      const normal = (text: string): string => text.replaceAll(/"created":\d+/g, '"created":0')
      const expected = run(bytes)
      for (const sizes of chunkings(15)) {
        for (const [input, content] of [
          [bytes, false],
          [crlf, false],
          [bytes, true],
        ] as const) {
          const got = run(input, { content }, sizes)
          expect(normal(got.text)).toBe(normal(expected.text))
          expect((got.error as Failure | undefined)?.code).toBe((expected.error as Failure | undefined)?.code)
        }
      }
    }
  })

  it('writes text as the chunks of a chat completion', () => {
    const { chunks, deltas, text, observation } = run(readFixture('anthropic/chat-stream.txt'), {
      content: true,
    })
    expect(deltas).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Grüße' },
      { content: ', "quoted"\n' },
      { content: ' 世界 🌍' },
      {},
    ])
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks[0]).toMatchObject({
      id: 'msg_01Cpq4qG3bDp2kNzXc7vMWTA',
      object: 'chat.completion.chunk',
      model: 'claude-sonnet-4-5-20250929',
    })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(text).not.toContain('"usage"')
    expect(observation).toMatchObject({
      upstreamId: 'msg_01Cpq4qG3bDp2kNzXc7vMWTA',
      finishReason: 'stop',
      usage: {
        inputTokens: 25,
        cacheReadTokens: 1800,
        cacheWriteTokens: 100,
        outputTokens: 15,
        reasoningTokens: 0,
      },
      content: { role: 'assistant', content: 'Grüße, "quoted"\n 世界 🌍' },
    })
  })

  it('tells the usage only to who asked, with the cached tokens inside the prompt', () => {
    const { chunks } = run(readFixture('anthropic/chat-stream.txt'), { usage: true })
    expect(chunks.slice(0, -1).every(chunk => chunk.usage === null)).toBe(true)
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 1925,
        completion_tokens: 15,
        total_tokens: 1940,
        prompt_tokens_details: { cached_tokens: 1800, cache_write_tokens: 100 },
      },
    })
  })

  it('streams parallel tool calls, also one without input, beside text', () => {
    const { chunks, deltas, observation } = run(readFixture('anthropic/tools-stream.txt'), { content: true })
    const calls = deltas.flatMap(delta => (delta['tool_calls'] as unknown[] | undefined) ?? [])
    expect(calls[0]).toEqual({
      index: 0,
      id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    })
    expect(observation.content).toEqual({
      role: 'assistant',
      content: 'Okay, let me check.',
      tool_calls: [
        {
          id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"location": "San Francisco, CA"}' },
        },
        {
          id: 'toolu_02B7yJ8bd1cQm2tNTrN7Up7',
          type: 'function',
          function: { name: 'get_time', arguments: '{}' },
        },
      ],
    })
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('keeps the signatures of thinking, and counts its tokens apart', () => {
    const { deltas, observation } = run(readFixture('anthropic/thinking-stream.txt'), { content: true })
    expect(deltas.map(delta => delta['reasoning_content']).join('')).toBe('First, 27 * 453.')
    expect(deltas.flatMap(delta => (delta['thinking_blocks'] as unknown[] | undefined) ?? [])).toEqual([
      {
        type: 'thinking',
        thinking: 'First, 27 * 453.',
        signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds',
      },
      {
        type: 'redacted_thinking',
        data: 'EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIwxtE3rAFBa8cr3qpP',
      },
    ])
    expect(observation.usage).toMatchObject({ outputTokens: 16, reasoningTokens: 44 })
    expect((observation.content as { thinking_blocks: unknown[] }).thinking_blocks).toHaveLength(2)
  })

  it('says a refusal as a filtered answer with its explanation, and keeps an explicit zero', () => {
    const { chunks, deltas, observation } = run(readFixture('anthropic/refusal-stream.txt'))
    expect(deltas).toContainEqual({ refusal: 'This cannot be answered.' })
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('content_filter')
    expect(observation.usage).toMatchObject({ inputTokens: 30, outputTokens: 0 })
  })

  it('fails on an error event after what was said before it, without [DONE]', () => {
    const { text, error } = run(readFixture('anthropic/overloaded-stream.txt'))
    expect(text).toContain('Half')
    expect(text).not.toContain('[DONE]')
    expect(error).toMatchObject({ code: 'upstream_error', details: { upstreamCode: 'overloaded_error' } })
  })

  it('throws an error in the first event before anything is said', () => {
    const error = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } }
    const { text, translator } = run(`event: error\ndata: ${JSON.stringify(error)}\n\n`)
    expect(text).toBe('')
    expect(translator.failure?.code).toBe('upstream_rate_limited')
  })

  it('never takes a truncated stream for a success, and forgives a missing message_stop', () => {
    const whole = Buffer.from(readFixture('anthropic/chat-stream.txt')).toString()
    const cut = whole.slice(0, whole.indexOf('event: message_delta'))
    for (const stream of ['', cut, cut.slice(0, -30), whole.slice(0, whole.indexOf('end_turn'))]) {
      expect(run(stream).error).toMatchObject({
        code: 'upstream_error',
        details: { upstreamCode: 'truncated' },
      })
    }
    const { text, error } = run(whole.slice(0, whole.indexOf('event: message_stop')))
    expect(error).toBeUndefined()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(run('data: garbage\n\n').error).toMatchObject({ details: { upstreamCode: 'unreadable' } })
  })

  it('writes texts with quotes and backslashes, and refuses one that is not JSON', () => {
    const delta = (text: string): string =>
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${text}}}\n\n`
    for (const text of ['"', '\\', 'a\\', '\\"', 'x"}}', '\u2028', '{"a":"b"}', ' ']) {
      const { deltas } = run(delta(JSON.stringify(text)))
      expect(deltas).toEqual([{ content: text }])
    }
    expect(run(delta('""')).deltas).toEqual([])
    expect(run(delta('"x\\"')).error).toMatchObject({ code: 'upstream_error' })
  })

  it('passes over pings and events that are new to it', () => {
    const extra = 'event: ping\ndata: {"type":"ping"}\n\nevent: new\ndata: {"type":"new"}\n\n: comment\n\n'
    const whole = Buffer.from(readFixture('anthropic/chat-stream.txt')).toString()
    expect(run(whole.replaceAll('\n\n', `\n\n${extra}`)).deltas).toEqual(run(whole).deltas)
  })
})
