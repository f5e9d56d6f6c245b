import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import type { UpstreamCall } from '../upstream.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { OpenAiStream } from './stream.ts'

const encoder = new TextEncoder()
const label = 'provider "openai"'
const secrets = ['sk-operator-key-0123456789']
const failures = new UpstreamFailures({ label, isEngine: false, secrets })
const whole = [Number.MAX_SAFE_INTEGER]

function open(options: { injected?: boolean; call?: UpstreamCall; signal?: AbortSignal } = {}): OpenAiStream {
  const call = options.call ?? chatCall({ stream: true })
  const signal = options.signal ?? new AbortController().signal
  return new OpenAiStream(call, options.injected ?? false, signal, { label, failures })
}

function run(bytes: Uint8Array | string, options: Parameters<typeof open>[0] = {}, sizes = whole) {
  const translator = open(options)
  const input = typeof bytes === 'string' ? encoder.encode(bytes) : bytes
  return { ...translate(translator, input, sizes), translator, observation: translator.observation }
}

const chunk = (delta: object, finish: string | null = null, index = 0): string =>
  `data: ${JSON.stringify({ id: 'c1', model: 'm1', choices: [{ index, delta, finish_reason: finish }] })}\n\n`

describe('OpenAiStream', () => {
  const names = ['chat', 'tools', 'refusal', 'groq', 'mistral', 'completion']

  it.each(names)('forwards the %s stream byte for byte, however it is cut', name => {
    const bytes = readFixture(`openai/${name}-stream.txt`)
    const expected = Buffer.from(bytes).toString('utf8')
    for (const sizes of chunkings(20)) {
      const { text, error } = run(bytes, {}, sizes)
      expect(error).toBeUndefined()
      expect(text).toBe(expected)
    }
  })

  it('keeps events without data from the client, whose parser may stumble over them', () => {
    const text = chunk({ content: 'a' })
    const end = `${chunk({}, 'stop')}data: [DONE]\n\n`
    for (const empty of ['data:\n\n', 'data\n\n', 'event: ping\n\n', 'event: ping\ndata: \n\n']) {
      expect(run(text + empty + end).text).toBe(text + end)
    }
    expect(run(`${text}: still here\n\n${end}`).text).toBe(`${text}: still here\n\n${end}`)
  })

  it('gives the same bytes and the same failure for every way to cut CRLF, CR, comments and errors', () => {
    const streams = [
      readFixture('openai/chat-stream.txt'),
      encoder.encode(Buffer.from(readFixture('openai/tools-stream.txt')).toString().replaceAll('\n', '\r\n')),
      encoder.encode(Buffer.from(readFixture('openai/tools-stream.txt')).toString().replaceAll('\n', '\r')),
      readFixture('openai/openrouter-stream.txt'),
      encoder.encode(`\uFEFF${chunk({ content: 'é' })}data: {"error":{"message":"broke","code":503}}\n\n`),
      encoder.encode(`${chunk({ content: 'é' })}data: {"choices":[]\n\n`),
      encoder.encode(`${chunk({ content: 'a' })}${chunk({ content: 'cut' }).slice(0, -9)}`),
      encoder.encode(`${chunk({ content: 'a' })}${chunk({}, 'stop')}data: [DONE]`),
    ]
    for (const stream of streams) {
      const expected = run(stream, { injected: true })
      for (const sizes of chunkings(30)) {
        const got = run(stream, { injected: true }, sizes)
        expect(got.text).toBe(expected.text)
        expect((got.error as Failure | undefined)?.code).toBe((expected.error as Failure | undefined)?.code)
        expect(got.observation.usage).toEqual(expected.observation.usage)
        expect(got.observation.finishReason).toBe(expected.observation.finishReason)
      }
    }
  })

  it('reads id, model, first token, finish reason and usage in disjoint buckets', () => {
    const before = performance.now()
    const { observation } = run(readFixture('openai/chat-stream.txt'))
    expect(observation).toMatchObject({
      upstreamId: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
      upstreamModel: 'gpt-4o-2024-08-06',
      finishReason: 'stop',
      usage: {
        inputTokens: 86,
        cacheReadTokens: 1920,
        cacheWriteTokens: 0,
        outputTokens: 108,
        reasoningTokens: 192,
      },
      content: undefined,
    })
    expect(observation.firstTokenAt).toBeGreaterThanOrEqual(before)
  })

  it('does not take the role for the first token', () => {
    const translator = open()
    translator.push(encoder.encode(chunk({ role: 'assistant', content: '' })))
    expect(translator.observation.firstTokenAt).toBeUndefined()
    translator.push(encoder.encode(chunk({ tool_calls: [{ index: 0 }] })))
    expect(translator.observation.firstTokenAt).toBeDefined()
  })

  it.each([
    ['groq', { inputTokens: 18, outputTokens: 3 }],
    ['mistral', { inputTokens: 16, outputTokens: 3 }],
    [
      'openrouter',
      { inputTokens: 10, outputTokens: 3, reasoningTokens: 2, cacheReadTokens: 60, cacheWriteTokens: 40 },
    ],
  ])('finds the usage where %s puts it', (name, usage) => {
    expect(run(readFixture(`openai/${name}-stream.txt`)).observation.usage).toEqual(usageOf(usage))
  })

  it('keeps the usage event that only we asked for from the client', () => {
    const bytes = readFixture('openai/chat-stream.txt')
    const { text, observation } = run(bytes, { injected: true })
    expect(text).not.toContain('prompt_tokens')
    expect(text).toContain('data: [DONE]')
    expect(observation.usage?.reasoningTokens).toBe(192)
    expect(run(bytes, { injected: false }).text).toContain('prompt_tokens')
  })

  it('is not fooled by JSON in the text, spaces around keys or escaped keys', () => {
    const { text, observation } = run(
      chunk({ content: 'x' }) +
        chunk({ content: '{"error":{"message":"no"},"usage":{"prompt_tokens":1},"finish_reason":"stop"}' }) +
        'data: {"choices":[{"index":0,"delta":{},"finish_reason" : "length"}]}\n\n' +
        'data: {"choices":[],"us\\u0061ge" : {"prompt_tokens":0,"completion_tokens":0}}\n\ndata: [DONE]\n\n',
    )
    expect(text).toContain('[DONE]')
    expect(observation.finishReason).toBe('length')
    // an explicit zero is a count
    expect(observation.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 })
  })

  it('throws an error in the first event before anything is forwarded, also after comments', () => {
    const translator = open()
    const error = `data: {"error":{"message":"Rate limit for sk-operator-key-0123456789","type":"rate_limit_error"}}\n\n`
    expect(translator.push(encoder.encode(': PROCESSING\n\n'))).toBeUndefined()
    expect(() => translator.push(encoder.encode(error))).toThrow(Failure)
    expect(translator.failure?.code).toBe('upstream_rate_limited')
    expect(translator.failure?.message).not.toContain('operator')
  })

  it('forwards what came before an error in the same bytes, then throws and forwards no more', () => {
    const translator = open()
    const good = chunk({ content: 'half' })
    const bad = 'event: error\ndata: {"message":"overloaded","type":"overloaded_error"}\n\n'
    const out = translator.push(encoder.encode(good + bad + chunk({ content: 'more' })))
    expect(new TextDecoder().decode(out)).toBe(good)
    expect(translator.failure?.code).toBe('upstream_error')
    expect(() => translator.push(encoder.encode(good))).toThrow(Failure)
    expect(() => translator.end()).toThrow(Failure)
  })

  it('knows an error by its object too', () => {
    const { error, text } = run(
      `${chunk({ content: 'a' })}data: {"object": "error", "message": "no", "code": 400}\n\n`,
    )
    expect((error as Failure).code).toBe('upstream_rejected')
    expect(text).toBe(chunk({ content: 'a' }))
  })

  it.each([
    ['context_length_exceeded', 'context_too_long'],
    ['insufficient_quota', 'upstream_rate_limited'],
    ['invalid_api_key', 'upstream_unauthorized'],
    ['content_filter', 'upstream_rejected'],
    ['server_error', 'upstream_error'],
  ])('maps the error event %s to %s', (code, expected) => {
    const { error } = run(`data: {"error":{"message":"no","code":"${code}"}}\n\n`)
    expect((error as Failure).code).toBe(expected as Failure['code'])
    expect((error as Failure).details.upstreamCode).toBe(code)
  })

  it('never takes a truncated stream for a success', () => {
    for (const stream of [
      '',
      ': hi\n\n',
      chunk({ content: 'half' }),
      chunk({ content: 'a' }) + 'data: {"cho',
    ]) {
      const { error } = run(stream)
      expect((error as Failure).code).toBe('upstream_error')
      expect((error as Failure).details.upstreamCode).toBe('truncated')
    }
  })

  it('waits for every choice before it calls a stream without [DONE] finished', () => {
    const one = chunk({ content: 'a' }) + chunk({}, 'stop', 0)
    const call = chatCall({ stream: true, n: 2 })
    expect(run(one, { call }).error).toBeInstanceOf(Failure)
    expect(run(one + chunk({}, 'stop', 1), { call }).error).toBeUndefined()
  })

  it('adds the [DONE] that some upstreams leave out after their finish reason', () => {
    const { text, error } = run(chunk({ content: 'a' }) + chunk({}, 'stop'))
    expect(error).toBeUndefined()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('forwards nothing after [DONE]', () => {
    const { text } = run(`${chunk({}, 'stop')}data: [DONE]\n\n${chunk({ content: 'late' })}`)
    expect(text).not.toContain('late')
  })

  it.each(['data: <html></html>\n\n', 'data: "text"\n\n', 'data: {"a":\n\n', 'data: [1]\n\n'])(
    'calls %p unreadable',
    stream => {
      const { error } = run(stream)
      expect((error as Failure).code).toBe('upstream_error')
    },
  )

  it('collects the answer where it is wanted: text, parallel tool calls, refusal, several choices', () => {
    const call = chatCall({ stream: true }, { isContentWanted: true })
    const content = (name: string): unknown =>
      run(readFixture(`openai/${name}-stream.txt`), { call }, [5]).observation.content
    expect(content('chat')).toEqual({
      role: 'assistant',
      content: 'Grüße, "quoted"\n 世界 🌍 "usage":{"error":1} finish_reason"',
    })
    expect(content('tools')).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call_DdmO9pD3xa9XTPNJ32zg2hcA',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"city": "Paris"}' },
        },
        {
          id: 'call_ZpmN2Kx8fPqr7hVtQe1LwYb3',
          type: 'function',
          function: { name: 'get_time', arguments: '{"zone": "CET"}' },
        },
      ],
    })
    expect(content('refusal')).toMatchObject({ refusal: "I'm sorry, I can't help with that." })
    expect(content('completion')).toBe('This is a test')
    const two = chunk({ content: 'a' }, null, 0) + chunk({ content: 'b' }, null, 1) + 'data: [DONE]\n\n'
    expect(run(two, { call }).observation.content).toEqual([
      { role: 'assistant', content: 'a' },
      { role: 'assistant', content: 'b' },
    ])
  })

  it('says what an interrupted body means', () => {
    expect(open().interrupted(new Error('ECONNRESET')).code).toBe('upstream_error')
    const left = AbortSignal.abort()
    expect(open({ signal: left }).interrupted(left.reason).code).toBe('client_closed')
    const late = AbortSignal.abort(new DOMException('', 'TimeoutError'))
    expect(open({ signal: late }).interrupted(late.reason).code).toBe('upstream_timeout')
    const engine = new UpstreamFailures({ label: 'engine "support"', isEngine: true, secrets: [] })
    const options = { label: 'engine "support"', failures: engine }
    const stream = new OpenAiStream(chatCall(), false, new AbortController().signal, options)
    const cause = new Error('ECONNRESET')
    expect(stream.interrupted(cause)).toMatchObject({ code: 'engine_crashed', cause })
  })
})
