import { describe, expect, it } from 'bun:test'
import { expectMessageEvents, parseMessageEvents } from '../../../test/anthropic-events.ts'
import { encodeFrame } from '../../../test/fake-provider/event-stream.ts'
import { Failure } from '../../foundation/platform/index.ts'
import { clientDialects } from '../dialects/index.ts'
import { chatCall, chunkings, readFixture } from '../providers/__fixtures__/read.ts'
import { AnthropicStream } from '../providers/anthropic/stream.ts'
import { ConverseStream } from '../providers/bedrock/stream.ts'
import { CohereStream } from '../providers/cohere/stream.ts'
import { GeminiStream } from '../providers/gemini/stream.ts'
import { OpenAiStream } from '../providers/openai/stream.ts'
import type { StreamTranslator } from '../providers/upstream.ts'
import { UpstreamFailures } from '../providers/upstream-failures.ts'

const label = 'provider "x"'
const options = { label, failures: new UpstreamFailures({ label, isEngine: false, secrets: [] }) }
const { signal } = new AbortController()
const call = chatCall({ stream: true, stream_options: { include_usage: true } })

type Open = () => StreamTranslator

const openAi: Open = () => new OpenAiStream(call, false, signal, options)
const anthropic: Open = () => new AnthropicStream(call, signal, options)
const gemini: Open = () => new GeminiStream(call, signal, options)
const cohere: Open = () => new CohereStream(call, signal, options)
const bedrock: Open = () => new ConverseStream(call, signal, new Headers(), options)

/** The recorded and documented streams of every family of upstreams, good and bad. */
const upstreams: readonly (readonly [string, Open])[] = [
  ...['chat', 'tools', 'refusal', 'groq', 'mistral', 'openrouter'].map(
    name => [`openai/${name}-stream.txt`, openAi] as const,
  ),
  ...['chat', 'tools', 'thinking', 'refusal', 'overloaded'].map(
    name => [`anthropic/${name}-stream.txt`, anthropic] as const,
  ),
  ...['chat', 'tools', 'thinking', 'blocked', 'safety', 'error'].map(
    name => [`gemini/${name}-stream.txt`, gemini] as const,
  ),
  ...['chat', 'reasoning', 'tools', 'citations', 'error'].map(
    name => [`cohere/${name}-stream.txt`, cohere] as const,
  ),
  ['bedrock/thinking-stream.json', bedrock],
]

function bytesOf(name: string): Uint8Array {
  const bytes = readFixture(name)
  if (!name.endsWith('.json')) return bytes
  const events = JSON.parse(new TextDecoder().decode(bytes)) as [string, object][]
  const frames = events.map(([type, payload]) =>
    encodeFrame(
      { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
      JSON.stringify(payload),
    ),
  )
  return new Uint8Array(Buffer.concat(frames))
}

/** All that a client gets of it, as the gateway relays it. */
function relay(path: string, bytes: Uint8Array, open: Open, sizes: readonly number[]): string {
  const translator = open()
  const context = { inferenceId: '0199-aa', request: {}, asked: {}, model: 'm', startedAtMs: 0 }
  const stream = (clientDialects[path]?.overChat ?? clientDialects[path])!.openStream(context)
  let out = ''
  const send = (piece: Uint8Array | undefined): void => {
    if (piece) out += Buffer.from(piece).toString()
  }
  const pass = (piece: Uint8Array | undefined): void => {
    if (piece) send(stream.push(piece))
    if (translator.failure) throw translator.failure
  }
  try {
    for (let at = 0, index = 0; at < bytes.length; index += 1) {
      const size = Math.max(1, sizes[Math.min(index, sizes.length - 1)] ?? 1)
      pass(translator.push(bytes.slice(at, at + size)))
      at += size
    }
    pass(translator.end())
    send(stream.end())
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    send(stream.fail(error))
  }
  return out
    .replaceAll(/"created(_at)?":\d+/g, '"created$1":0')
    .replaceAll(/"completed_at":\d+/g, '"completed_at":0')
    .replaceAll(/call_minted_\w{24}/g, 'call_minted_x')
}

describe('a stream of any upstream, in any dialect', () => {
  for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/responses']) {
    it(`gives the same events on ${path}, however the bytes of the upstream are cut`, () => {
      for (const [name, open] of upstreams) {
        const bytes = bytesOf(name)
        const expected = relay(path, bytes, open, [Number.MAX_SAFE_INTEGER])
        expect([name, expected.length > 100]).toEqual([name, true])
        for (const sizes of chunkings(12)) {
          expect([name, relay(path, bytes, open, sizes)]).toEqual([name, expected])
        }
      }
    })
  }

  it('gives messages whose every event is valid and in its place', () => {
    for (const [name, open] of upstreams) {
      const events = parseMessageEvents(relay('/v1/messages', bytesOf(name), open, [100]))
      if (events[0]?.type !== 'error') expectMessageEvents(events)
    }
  })
})
