import { describe, expect, it } from 'bun:test'
import type { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import type { UpstreamCall } from '../upstream.ts'
import { createAnthropicDialect } from './dialect.ts'

const label = 'provider "anthropic"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const dialect = createAnthropicDialect('https://api.anthropic.com', { label, failures })
const encoder = new TextEncoder()

function nativeCall(body: Record<string, unknown> = {}, more: Partial<UpstreamCall> = {}): UpstreamCall {
  return chatCall({ max_tokens: 5, ...body }, { operation: 'messages', ...more })
}

function run(bytes: Uint8Array, sizes = [Number.MAX_SAFE_INTEGER], isContentWanted = false) {
  const call = nativeCall({ stream: true }, { isContentWanted })
  const request = { url: '', body: '', isUsageInjected: false }
  const translator = dialect.createTranslator(call, request, new AbortController().signal)
  return { ...translate(translator, bytes, sizes), translator }
}

describe('a stream of messages for a client that speaks them', () => {
  it('is forwarded byte by byte, however it is cut, collected or not', () => {
    for (const name of ['chat', 'tools', 'thinking', 'refusal']) {
      const bytes = readFixture(`anthropic/${name}-stream.txt`)
      const original = Buffer.from(bytes).toString()
      for (const sizes of chunkings(12)) {
        for (const isContentWanted of [false, true]) {
          const { text, error } = run(bytes, sizes, isContentWanted)
          expect(error).toBeUndefined()
          expect(text.trimEnd()).toBe(original.trimEnd())
        }
      }
    }
  })

  it('is watched on its way', () => {
    const { translator } = run(readFixture('anthropic/thinking-stream.txt'), [50], true)
    expect(translator.observation).toMatchObject({
      upstreamId: 'msg_01Cpq4qG3bDp2kNzXc7vMWTA',
      upstreamModel: 'claude-sonnet-4-5-20250929',
      finishReason: 'stop',
      usage: { inputTokens: 40, outputTokens: 16, reasoningTokens: 44 },
      outputEvents: 4,
      firstTokenAt: expect.any(Number),
      content: { role: 'assistant', content: '27 * 453 = 12,231', reasoning_content: 'First, 27 * 453.' },
    })
  })

  it('has begun with its first piece of content and not before', () => {
    const text = Buffer.from(readFixture('anthropic/chat-stream.txt')).toString()
    const before = text.slice(0, text.indexOf('event: content_block_delta'))
    expect(run(encoder.encode(before)).translator.observation.firstTokenAt).toBeUndefined()
    const tools = Buffer.from(readFixture('anthropic/tools-stream.txt')).toString()
    const call = tools.slice(0, tools.indexOf('{"type":"content_block_delta","index":1'))
    expect(run(encoder.encode(call)).translator.observation.firstTokenAt).toBeDefined()
  })

  it('breaks off at an error, which is not forwarded', () => {
    for (const sizes of chunkings(5)) {
      const { text, error, translator } = run(readFixture('anthropic/overloaded-stream.txt'), sizes)
      expect(text).not.toContain('event: error')
      const failure = (error as Failure | undefined) ?? translator.failure
      expect(failure?.code).toBe('upstream_error')
      expect(failure?.details.upstreamCode).toBe('overloaded_error')
    }
  })

  it('is no whole answer where it ends early, and is where only the last event lacks', () => {
    const text = Buffer.from(readFixture('anthropic/chat-stream.txt')).toString()
    const cut = text.slice(0, text.indexOf('event: message_delta') + 40)
    expect((run(encoder.encode(cut)).error as Failure).details.upstreamCode).toBe('truncated')
    const withoutStop = text.slice(0, text.indexOf('event: message_stop'))
    const { text: whole, error } = run(encoder.encode(withoutStop))
    expect(error).toBeUndefined()
    expect(whole.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')).toBe(true)
  })
})

describe('the request of a client that speaks messages', () => {
  it('is its own text but for the model, with its own headers', () => {
    const original = '{ "messages": [],  "model" : "support", "max_tokens":5 }'
    const call = nativeCall({}, { original, headers: { 'anthropic-beta': 'x' } })
    const request = dialect.request(call)
    expect(request.body).toBe(original.replace('"support"', '"upstream-model"'))
    expect(request.url).toBe('https://api.anthropic.com/v1/messages')
    expect(request.headers).toEqual({ 'anthropic-beta': 'x' })
    expect(dialect.request(nativeCall({}, { operation: 'count_tokens' })).url).toBe(
      'https://api.anthropic.com/v1/messages/count_tokens',
    )
  })

  it('loses thinking that Anthropic has not signed, and no other', () => {
    const signed = { type: 'thinking', thinking: 'a', signature: 'sig' }
    const unsigned = { type: 'thinking', thinking: 'b', signature: '' }
    const marked = { type: 'thinking', thinking: '', signature: 'gemini:text#EjQK' }
    const text = { type: 'text', text: 'c' }
    const content = [unsigned, signed, marked, text]
    const body = { model: 'support', messages: [{ role: 'assistant', content }] }
    for (const original of [undefined, JSON.stringify(body)]) {
      const request = dialect.request(nativeCall(body, original === undefined ? {} : { original }))
      const sent = JSON.parse(request.body as string) as typeof body
      expect(sent.messages[0]?.content).toEqual([signed, text])
      expect(sent.model).toBe('upstream-model')
    }
  })
})

describe('the answer to a client that speaks messages', () => {
  it('is the bytes that came, observed', () => {
    const bytes = readFixture('anthropic/message.json')
    const { body, observation } = dialect.readReply(bytes, nativeCall({}, { isContentWanted: true }))
    expect(body).toBe(bytes)
    expect(observation).toMatchObject({
      finishReason: 'tool_calls',
      usage: { inputTokens: 2095 },
      content: { role: 'assistant', content: 'Let me look.' },
    })
  })

  it('is a count where one was asked for', () => {
    const call = nativeCall({}, { operation: 'count_tokens' })
    const { observation } = dialect.readReply(encoder.encode('{"input_tokens":14}'), call)
    expect(observation.usage).toBeUndefined()
    expect(() => dialect.readReply(encoder.encode('{}'), call)).toThrow('without a count')
  })
})
