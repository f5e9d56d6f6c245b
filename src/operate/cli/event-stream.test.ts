import { describe, expect, it } from 'bun:test'

import { readEvents } from './event-stream.ts'
import type { ServerEvent } from './event-stream.ts'

const text =
  ': hello\nevent: inference\ndata: {"a":"é"}\n\ndata:one\r\ndata: two\r\n\r\nid: 7\n\ndata: [DONE]\n\ndata: cut off'
const expected = [
  { event: 'inference', data: '{"a":"é"}' },
  { event: 'message', data: 'one\ntwo' },
  { event: 'message', data: '[DONE]' },
]

describe('readEvents', () => {
  it.each([1, 2, 3, 7, 1_000])('reads the same events whatever the chunks (%p bytes)', async size => {
    const bytes = new TextEncoder().encode(text)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })
    const events: ServerEvent[] = []
    for await (const event of readEvents(body)) events.push(event)
    expect(events).toEqual(expected)
  })
})
