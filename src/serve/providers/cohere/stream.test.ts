import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import type { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { CohereStream } from './stream.ts'

const label = 'provider "cohere"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const encoder = new TextEncoder()

function run(stream: Uint8Array | string, content = false, sizes = [Number.MAX_SAFE_INTEGER]) {
  const body = { stream: true, stream_options: { include_usage: true } }
  const call = chatCall(body, { isContentWanted: content })
  const translator = new CohereStream(call, new AbortController().signal, { label, failures })
  const bytes = typeof stream === 'string' ? encoder.encode(stream) : stream
  const { text, error } = translate(translator, bytes, sizes)
  const chunks = text
    .split('\n\n')
    .filter(event => event !== '' && !event.endsWith('[DONE]'))
    .map(
      event =>
        JSON.parse(event.slice('data: '.length)) as {
          choices: { delta: Record<string, unknown>; finish_reason: string | null }[]
          usage?: unknown
        },
    )
  const choices = chunks.flatMap(chunk => chunk.choices)
  return { text, error, chunks, choices, observation: translator.observation }
}

const textOf = (name: string): string => Buffer.from(readFixture(`cohere/${name}-stream.txt`)).toString()

describe('CohereStream', () => {
  it('gives the same events however the bytes are cut, collected or not', () => {
    for (const name of ['chat', 'reasoning', 'tools', 'citations', 'error']) {
      const bytes = readFixture(`cohere/${name}-stream.txt`)
      const crlf = encoder.encode(textOf(name).replaceAll('\n', '\r\n'))
      const normal = (text: string): string => text.replaceAll(/"created":\d+/g, '"created":0')
      const expected = run(bytes)
      for (const sizes of chunkings(15)) {
        for (const [input, content] of [
          [bytes, false],
          [crlf, false],
          [bytes, true],
        ] as const) {
          const got = run(input, content, sizes)
          expect(normal(got.text)).toBe(normal(expected.text))
          expect((got.error as Failure | undefined)?.code).toBe((expected.error as Failure | undefined)?.code)
        }
      }
    }
  })

  it('writes text as the chunks of a chat completion, with what is charged as its usage', () => {
    const { choices, chunks, observation, text } = run(readFixture('cohere/chat-stream.txt'), true)
    expect(choices.map(choice => choice.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Grüße' },
      { content: ', "quoted"\n' },
      { content: ' 世界 🌍' },
      {},
    ])
    expect(choices.at(-1)?.finish_reason).toBe('stop')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 39, completion_tokens: 27 } })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(observation).toMatchObject({
      upstreamId: 'c9117d7f-a7e4-499f-b643-a2a1e139687b',
      usage: usageOf({ inputTokens: 39, outputTokens: 27 }),
      outputEvents: 3,
      content: { role: 'assistant', content: 'Grüße, "quoted"\n 世界 🌍' },
    })
  })

  it('shows thinking as reasoning, and sources as citations', () => {
    const { observation } = run(readFixture('cohere/reasoning-stream.txt'), true)
    expect(observation.content).toEqual({
      role: 'assistant',
      reasoning_content: 'First, 27 * 453.',
      content: '12,231',
    })
    const { observation: cited } = run(readFixture('cohere/citations-stream.txt'), true)
    expect(cited.content).toMatchObject({
      content: 'She bakes rye bread.',
      citations: [{ start: 4, end: 13, text: 'bakes rye', sources: [{ id: 'doc:0' }] }],
    })
  })

  it('streams parallel calls, also one without arguments, and the plan before them', () => {
    const { observation, choices } = run(readFixture('cohere/tools-stream.txt'), true)
    const call = (id: string, name: string, args: string) => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    })
    expect(observation.content).toEqual({
      role: 'assistant',
      content: '',
      tool_plan: 'I will look.',
      tool_calls: [
        call('get_weather_e8p4pn45zt0t', 'get_weather', '{"city": "Oslo"}'),
        call('get_time_pyxssbwnq9fq', 'get_time', '{}'),
      ],
    })
    expect(choices.at(-1)?.finish_reason).toBe('tool_calls')
  })

  it('gives an object where Cohere streams null as the arguments', () => {
    const bare = textOf('tools').replace(/event: tool-call-delta\n.*\n\n/g, '')
    const withNull = bare.replaceAll('"arguments":""', '"arguments":"null"')
    for (const stream of [bare, withNull]) {
      const { tool_calls: calls } = run(stream, true).observation.content as {
        tool_calls: { function: { arguments: string } }[]
      }
      expect(calls.map(call => call.function.arguments)).toEqual(['{}', '{}'])
    }
  })

  it('fails where the model failed, and never takes a truncated stream for a success', () => {
    const { text, error } = run(readFixture('cohere/error-stream.txt'))
    expect(text).toContain('Half')
    expect(text).not.toContain('[DONE]')
    expect(error).toMatchObject({
      code: 'upstream_error',
      message: expect.stringContaining('the model broke'),
    })
    const whole = textOf('chat')
    const cut = whole.slice(0, whole.indexOf('event: message-end'))
    for (const stream of ['', cut, cut.slice(0, -30), whole.slice(0, whole.indexOf('COMPLETE'))]) {
      expect(run(stream).error).toMatchObject({ details: { upstreamCode: 'truncated' } })
    }
    expect(run(whole.trimEnd()).error).toBeUndefined()
    expect(run('data: garbage\n\n').error).toMatchObject({ details: { upstreamCode: 'unreadable' } })
    expect(run('data: {"message":"too many requests"}\n\n').error).toMatchObject({ code: 'upstream_error' })
  })
})
