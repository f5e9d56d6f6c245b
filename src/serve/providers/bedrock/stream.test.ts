import { describe, expect, it } from 'bun:test'
import { encodeException, encodeFrame } from '../../../../test/fake-provider/event-stream.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { ConverseStream } from './stream.ts'

const label = 'provider "bedrock"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const whole = [Number.MAX_SAFE_INTEGER]

/** The events of a fixture as the frames that they travel in. */
function framesOf(name: string): Buffer[] {
  const events = JSON.parse(new TextDecoder().decode(readFixture(name))) as [string, object][]
  return events.map(([type, payload]) => frame(type, payload))
}

function frame(type: string, payload: object): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }
  return encodeFrame(headers, JSON.stringify(payload))
}

function run(frames: readonly Buffer[], body: Record<string, unknown> = {}, sizes = whole) {
  const call = chatCall({ stream: true, ...body }, { isContentWanted: true })
  const headers = new Headers({ 'x-amzn-requestid': 'aws-1' })
  const translator = new ConverseStream(call, new AbortController().signal, headers, { label, failures })
  const { text, error } = translate(translator, new Uint8Array(Buffer.concat(frames)), sizes)
  return {
    text: text.replaceAll(/"created":\d+/g, '"created":0'),
    error,
    observation: translator.observation,
  }
}

const thinking = framesOf('bedrock/thinking-stream.json')
const text = (said: string): Buffer =>
  frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: said } })
const start = frame('messageStart', { role: 'assistant' })
const stop = (stopReason: string): Buffer => frame('messageStop', { stopReason })

describe('ConverseStream', () => {
  it('writes the same chunks of OpenAI however the frames are cut', () => {
    const expected = run(thinking, { stream_options: { include_usage: true } })
    expect(expected.error).toBeUndefined()
    for (const sizes of chunkings(40)) {
      const { text, error } = run(thinking, { stream_options: { include_usage: true } }, sizes)
      expect(error).toBeUndefined()
      expect(text).toBe(expected.text)
    }
    const events = expected.text.trim().split('\n\n')
    expect(events.at(-1)).toBe('data: [DONE]')
    const chunks = events.slice(0, -1).map(event => JSON.parse(event.slice(6)) as Record<string, unknown>)
    expect(chunks[0]).toMatchObject({
      id: 'aws-1',
      object: 'chat.completion.chunk',
      model: 'upstream-model',
      usage: null,
      choices: [{ delta: { role: 'assistant', content: '' } }],
    })
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 1111,
        completion_tokens: 24,
        total_tokens: 1135,
        prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 100 },
      },
    })
  })

  it('keeps reasoning with its signature, calls and usage in disjoint buckets', () => {
    const { observation } = run(thinking)
    expect(observation.content).toEqual({
      role: 'assistant',
      content: 'Café 👋 "in" Paris',
      reasoning_content: 'Let me think.',
      thinking_blocks: [
        { type: 'thinking', thinking: 'Let me think.', signature: 'EqQBsig==' },
        { type: 'redacted_thinking', data: 'c2VjcmV0' },
      ],
      tool_calls: [
        { id: 'tooluse_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
        { id: 'tooluse_2', type: 'function', function: { name: 'now', arguments: '{}' } },
      ],
    })
    expect(observation).toMatchObject({ finishReason: 'tool_calls', upstreamId: 'aws-1' })
    expect(observation.usage).toMatchObject({
      inputTokens: 11,
      cacheReadTokens: 1000,
      cacheWriteTokens: 40,
      cacheWriteHourTokens: 60,
      outputTokens: 24,
      reasoningTokens: 0,
    })
  })

  it('sends no usage that was not asked for', () => {
    expect(run(thinking).text).not.toContain('"usage"')
  })

  it('passes over what is yet to be invented', () => {
    const frames = [start, frame('futureEvent', { x: 1 }), text('Hi'), stop('end_turn')]
    const { text: said, error } = run(frames)
    expect(error).toBeUndefined()
    expect(said).toContain('"content":"Hi"')
    expect(said).toContain('"finish_reason":"stop"')
    expect(said.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it.each([
    ['throttlingException', { message: 'Too many requests.' }, 'upstream_rate_limited', 429],
    ['validationException', { message: 'Input is too long for requested model.' }, 'context_too_long', 400],
    ['internalServerException', { message: 'Broken.' }, 'upstream_error', 502],
    ['serviceUnavailableException', { message: 'Busy.' }, 'upstream_error', 503],
    ['modelStreamErrorException', { message: 'Broken.' }, 'upstream_error', 502],
    [
      'modelStreamErrorException',
      { message: 'It failed.', originalStatusCode: 429, originalMessage: 'The model is busy.' },
      'upstream_rate_limited',
      429,
    ],
  ])('tells a %s in the stream from the rest, after what came before it', (type, payload, code, status) => {
    const { text: said, error } = run([start, text('Hi'), encodeException(type, payload), text('never')])
    expect(said).toContain('"content":"Hi"')
    expect(said).not.toContain('never')
    expect(said).not.toContain('[DONE]')
    expect(error).toMatchObject({ code, status, details: { upstreamCode: type } })
  })

  it('takes an error of the stream itself for one', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'Gone.' }
    expect(run([start, encodeFrame(headers, '')]).error).toMatchObject({
      code: 'upstream_error',
      message: expect.stringContaining('Gone.'),
    })
  })

  it.each(['malformed_model_output', 'malformed_tool_use'])('takes %s for no answer', stopReason => {
    expect(run([start, text('{"a'), stop(stopReason)]).error).toMatchObject({ code: 'upstream_error' })
  })

  it.each([
    ['guardrail_intervened', 'content_filter'],
    ['model_context_window_exceeded', 'length'],
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop'],
  ])('ends with %s as %s', (stopReason, finish) => {
    expect(run([start, text('Hi'), stop(stopReason)]).observation.finishReason).toBe(finish)
  })

  it('fails where the stream is cut at any byte before its end, and never hangs', () => {
    const bytes = new Uint8Array(Buffer.concat([start, text('Hi'), stop('end_turn')]))
    const stopLength = stop('end_turn').length
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const { error } = run([Buffer.from(bytes.subarray(0, cut))], {}, [7])
      expect([cut, (error as { code?: string }).code]).toEqual([cut, 'upstream_error'])
    }
    expect(run([Buffer.from(bytes.subarray(0, bytes.length - stopLength))]).error).toMatchObject({
      details: { upstreamCode: 'truncated' },
    })
  })

  it('fails where the usage after the end of the message is cut', () => {
    const metadata = frame('metadata', { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } })
    const frames = [start, text('Hi'), stop('end_turn'), metadata.subarray(0, metadata.length - 1)]
    expect(run(frames).error).toMatchObject({ details: { upstreamCode: 'truncated' } })
  })

  it('fails where a bit is wrong, with what came before it', () => {
    const bad = Buffer.from(text('broken'))
    bad[20]! ^= 4
    const { text: said, error } = run([start, text('Hi'), bad, text('never')], {}, [11])
    expect(said).toContain('"content":"Hi"')
    expect(said).not.toContain('never')
    expect(error).toMatchObject({ code: 'upstream_error', details: { upstreamCode: 'unreadable' } })
  })
})
