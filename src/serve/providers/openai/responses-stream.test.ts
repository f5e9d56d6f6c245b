import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import type { UpstreamCall } from '../upstream.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { observeResponse } from './responses-reply.ts'
import { ResponsesStream } from './responses-stream.ts'

const label = 'provider "openai"'
const options = { label, failures: new UpstreamFailures({ label, isEngine: false, secrets: [] }) }
const callOf: UpstreamCall = {
  operation: 'responses',
  body: { model: 'assistant', input: 'Hi' },
  model: 'gpt-test',
  isStream: true,
  traceparent: '',
  requestId: 'r',
  isContentWanted: true,
}
const never = new AbortController().signal

const begun = {
  id: 'resp_up',
  object: 'response',
  model: 'gpt-test-1',
  status: 'in_progress',
  error: null,
  output: [],
}
const ended = {
  ...begun,
  status: 'completed',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm é.' }] },
    { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'Hello “there”' }] },
    { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' },
  ],
  usage: {
    input_tokens: 20,
    input_tokens_details: { cached_tokens: 8 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 6 },
    total_tokens: 30,
  },
}

let sequence = 0
function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: sequence++ })}\n\n`
}

const created =
  event('response.created', { response: begun }) + event('response.in_progress', { response: begun })
const delta = event('response.output_text.delta', {
  item_id: 'msg_1',
  output_index: 0,
  delta: 'Hello “there”',
})
const completed = event('response.completed', { response: ended })

function open(): ResponsesStream {
  return new ResponsesStream(callOf, never, options)
}

function play(text: string, size: () => number): { out: string; stream: ResponsesStream } {
  const bytes = Buffer.from(text)
  const stream = open()
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + size())
    const passed = stream.push(new Uint8Array(bytes.subarray(at, end)))
    if (passed) out.push(passed.slice())
    at = end
  }
  const rest = stream.end()
  if (rest) out.push(rest)
  return { out: Buffer.concat(out).toString(), stream }
}

function thrownBy(work: () => unknown): Failure {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('ResponsesStream', () => {
  it('forwards every byte and sees the same, whatever the chunking', () => {
    const text = created + delta + completed
    let seed = 11
    const sizes = [
      (): number => text.length * 4,
      () => 1,
      () => 1 + ((seed = (seed * 48_271) % 2_147_483_647) % 70),
    ]
    for (const size of sizes) {
      const { out, stream } = play(text, size)
      expect(out).toBe(text)
      const { observation } = stream
      expect(observation).toMatchObject({
        upstreamId: 'resp_up',
        upstreamModel: 'gpt-test-1',
        finishReason: 'tool_calls',
        usage: { inputTokens: 12, cacheReadTokens: 8, outputTokens: 4, reasoningTokens: 6 },
        content: {
          role: 'assistant',
          content: 'Hello “there”',
          reasoning_content: 'Hm é.',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      })
      expect(observation.firstTokenAt).toBeGreaterThan(0)
    }
  })

  it('holds back what was only taken, so that a quota error can still be answered by another target', () => {
    const stream = open()
    expect(stream.push(Buffer.from(created))).toBeUndefined()
    expect(stream.observation.firstTokenAt).toBeUndefined()
    const quota = event('error', {
      code: 'insufficient_quota',
      message: 'You exceeded your quota.',
      param: null,
    })
    expect(thrownBy(() => stream.push(Buffer.from(quota)))).toMatchObject({
      code: 'upstream_rate_limited',
      details: { upstreamCode: 'insufficient_quota' },
    })
  })

  it('fails where the response does, after what came before it', () => {
    const stream = open()
    const error = { code: 'rate_limit_exceeded', message: 'Slow down.' }
    const response = { ...begun, status: 'failed', error, usage: ended.usage }
    const failed = event('response.failed', { response })
    expect(Buffer.from(stream.push(Buffer.from(created + delta + failed))!).toString()).toBe(created + delta)
    expect(stream.failure).toMatchObject({ code: 'upstream_rate_limited' })
    expect(stream.observation.usage).toMatchObject({ inputTokens: 12, outputTokens: 4 })
    expect(thrownBy(() => stream.end())).toBe(stream.failure!)
  })

  it('has seen what was said where the client leaves in the middle', () => {
    const call = { type: 'function_call', id: 'fc', call_id: 'call_1', name: 'f', arguments: '' }
    const events = [
      event('response.reasoning_summary_text.delta', { output_index: 0, delta: 'Hm.' }),
      delta,
      event('response.output_item.added', { output_index: 2, item: call }),
      event('response.function_call_arguments.delta', { output_index: 2, delta: '{"n"' }),
    ]
    for (const isContentWanted of [true, false]) {
      const stream = new ResponsesStream({ ...callOf, isContentWanted }, never, options)
      stream.push(Buffer.from(created + events.join('')))
      expect(stream.observation.outputEvents).toBe(3)
      expect(stream.observation.content as object).toEqual(
        (isContentWanted
          ? {
              role: 'assistant',
              content: 'Hello “there”',
              reasoning_content: 'Hm.',
              tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"n"' } }],
            }
          : undefined) as never,
      )
    }
  })

  it('is truncated where no last event came', () => {
    for (const text of [created, created + delta, created + delta + completed.slice(0, -60)]) {
      const stream = open()
      stream.push(Buffer.from(text))
      expect(thrownBy(() => stream.end())).toMatchObject({ details: { upstreamCode: 'truncated' } })
    }
  })

  it('says why a response is incomplete', () => {
    for (const [reason, finish] of [
      ['max_output_tokens', 'length'],
      ['content_filter', 'content_filter'],
    ]) {
      const response = { ...ended, status: 'incomplete', incomplete_details: { reason } }
      const { stream } = play(created + event('response.incomplete', { response }), () => 50)
      expect(stream.observation.finishReason).toBe(finish)
    }
  })

  it('refuses what is no event', () => {
    const failure = thrownBy(() => open().push(Buffer.from('data: <html>\n\n')))
    expect(failure).toMatchObject({ code: 'upstream_error', details: { upstreamCode: 'unreadable' } })
  })
})

describe('observeResponse', () => {
  it('reads a whole response, and throws what failed in one', () => {
    const bytes = Buffer.from(JSON.stringify(ended))
    expect(observeResponse(bytes, callOf, options)).toMatchObject({
      upstreamId: 'resp_up',
      finishReason: 'tool_calls',
    })
    const error = { code: 'server_error', message: 'Oh.' }
    const failed = Buffer.from(JSON.stringify({ ...begun, status: 'failed', error }))
    expect(thrownBy(() => observeResponse(failed, callOf, options))).toMatchObject({ code: 'upstream_error' })
    expect(thrownBy(() => observeResponse(Buffer.from('{}'), callOf, options))).toMatchObject({
      details: { upstreamCode: 'unreadable' },
    })
  })
})
