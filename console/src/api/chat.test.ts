import { describe, expect, it } from 'bun:test'
import { chatBody, readChunk } from './chat.ts'
import { ApiError, toQueryString } from './request.ts'
import { readEvents } from './server-sent-events.ts'

describe('readEvents', () => {
  const text = 'event: ping\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: a comment\n\ndata: grüße\n\ndata:[DONE]\n\n'

  it.each([1, 2, 3, 7, 1_000])('reads the same events from pieces of %d bytes', async size => {
    const bytes = new TextEncoder().encode(text)
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })
    expect(await Array.fromAsync(readEvents(stream))).toEqual([
      { event: 'ping', data: '{"a":\n1}' },
      { event: 'message', data: 'grüße' },
      { event: 'message', data: '[DONE]' },
    ])
  })
})

describe('readChunk', () => {
  it('reads text, finish and usage from one chunk', () => {
    const chunk = {
      choices: [{ delta: { content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    }
    expect([...readChunk(chunk)]).toEqual([
      { kind: 'text', text: 'Hi' },
      { kind: 'finish', reason: 'stop' },
      { kind: 'usage', usage: { inputTokens: 3, outputTokens: 1 } },
    ])
  })

  it('throws what an error event says', () => {
    const read = () => [...readChunk({ error: { code: 'engine_crashed', message: 'The engine ended.' } })]
    expect(read).toThrow(new ApiError(200, { message: 'The engine ended.' }))
  })

  it('passes over what it does not know', () => {
    expect([null, 'x', {}, { choices: [] }].flatMap(chunk => [...readChunk(chunk)])).toEqual([])
  })
})

describe('chatBody', () => {
  it('sends only what was set, so that the parameters of the release hold', () => {
    expect(chatBody('support', [], { stop: [] })).toEqual({ model: 'support', messages: [] })
    expect(
      chatBody('support', [], { temperature: 0, maxTokens: 9, seed: 1, stop: ['.'], isJson: true }),
    ).toEqual({
      model: 'support',
      messages: [],
      temperature: 0,
      max_tokens: 9,
      seed: 1,
      stop: ['.'],
      response_format: { type: 'json_object' },
    })
  })
})

describe('toQueryString', () => {
  it('leaves out what is not set', () => {
    expect(toQueryString({ a: undefined, b: null, c: '', d: 0, e: 'x y' })).toBe('?d=0&e=x+y')
    expect(toQueryString({})).toBe('')
  })
})
