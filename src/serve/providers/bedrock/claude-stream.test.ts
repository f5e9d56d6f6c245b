import { describe, expect, it } from 'bun:test'
import { encodeEvent, encodeException, encodeFrame } from '../../../../test/fake-provider/event-stream.ts'
import { chatCall, chunkings, readFixture, translate } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { ClaudeStream } from './claude-stream.ts'

const label = 'provider "bedrock"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })

/** A stream of Anthropic's, each event packed into a frame. */
function packed(name: string): { frames: Buffer[]; text: string } {
  const events = new TextDecoder()
    .decode(readFixture(name))
    .split('\n\n')
    .map(event => /^data: (.*)$/m.exec(event)?.[1])
    .filter(data => data !== undefined)
  return {
    frames: events.map(data => encodeEvent('chunk', { bytes: Buffer.from(data).toString('base64') })),
    text: events
      .map(data => `event: ${(JSON.parse(data) as { type: string }).type}\ndata: ${data}\n\n`)
      .join(''),
  }
}

function run(frames: readonly Buffer[], sizes = [Number.MAX_SAFE_INTEGER]) {
  const call = chatCall({ stream: true }, { operation: 'messages' })
  const translator = new ClaudeStream(call, new AbortController().signal, { label, failures })
  return { ...translate(translator, new Uint8Array(Buffer.concat(frames)), sizes), translator }
}

describe('ClaudeStream', () => {
  it.each(['chat', 'tools', 'thinking'])('unpacks the %s stream the same however it is cut', name => {
    const { frames, text: expected } = packed(`anthropic/${name}-stream.txt`)
    for (const sizes of chunkings(20)) {
      const { text, error, translator } = run(frames, sizes)
      expect(error).toBeUndefined()
      expect(text).toBe(expected)
      expect(translator.observation.usage?.inputTokens).toBeGreaterThan(0)
    }
  })

  it('gives what came before an exception, then the exception', () => {
    const { frames } = packed('anthropic/chat-stream.txt')
    const exception = encodeException('throttlingException', { message: 'Slow down.' })
    const { text, error } = run([...frames.slice(0, 4), exception, ...frames.slice(4)])
    expect(text).toContain('message_start')
    expect(text).not.toContain('message_stop')
    expect(error).toMatchObject({ code: 'upstream_rate_limited' })
  })

  it('fails where it is cut, damaged, or holds no event', () => {
    const { frames } = packed('anthropic/chat-stream.txt')
    const bytes = Buffer.concat(frames)
    expect(run([bytes.subarray(0, bytes.length - 3)]).error).toMatchObject({
      details: { upstreamCode: 'truncated' },
    })
    expect(run(frames.slice(0, 3)).error).toMatchObject({ details: { upstreamCode: 'truncated' } })
    const damaged = Buffer.from(bytes)
    damaged[40]! ^= 1
    expect(run([damaged]).error).toMatchObject({ details: { upstreamCode: 'unreadable' } })
    const empty = encodeFrame({ ':message-type': 'event', ':event-type': 'chunk' }, '{}')
    expect(run([empty]).error).toMatchObject({ details: { upstreamCode: 'unreadable' } })
  })
})
