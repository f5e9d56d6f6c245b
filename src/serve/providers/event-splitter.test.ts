import { describe, expect, it } from 'bun:test'
import { chunkings } from './__fixtures__/read.ts'
import { EventSplitter, maxEventBytes } from './event-splitter.ts'

const encoder = new TextEncoder()

function split(stream: string, sizes: readonly number[] = [Number.MAX_SAFE_INTEGER]) {
  const bytes = encoder.encode(stream)
  const splitter = new EventSplitter()
  const events: { data: string | undefined; name: string | undefined; raw: string }[] = []
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)]!
    splitter.feed(bytes.slice(at, at + size))
    at += size
    while (splitter.next()) {
      const raw = new TextDecoder().decode(splitter.bytes.subarray(splitter.start, splitter.end))
      events.push({ data: splitter.dataStart < 0 ? undefined : splitter.data, name: splitter.name, raw })
    }
  }
  return { events, hasRemainder: splitter.hasRemainder }
}

describe('EventSplitter', () => {
  const stream = [
    '\uFEFFdata: first\n\n',
    ': comment\n\n',
    'data:without space\r\n\r\n',
    'event: named\rdata: by CR\r\r',
    'id: 7\nretry: 10\ndata:  two spaces\nunknown\n\n',
    'data: line 1\r\ndata: line 2\ndata\ndata:\n\n',
    'dataset: no field\nevents: neither\n\n',
    'data: Grüße 世界 🌍\n\n',
    '\n',
    'data: [DONE]\r\n\r\n',
  ].join('')
  const expected = [
    ['first', undefined],
    [undefined, undefined],
    ['without space', undefined],
    ['by CR', 'named'],
    [' two spaces', undefined],
    ['line 1\nline 2\n\n', undefined],
    [undefined, undefined],
    ['Grüße 世界 🌍', undefined],
    [undefined, undefined],
    ['[DONE]', undefined],
  ]

  it('reads every way to write an event, however the bytes are cut', () => {
    for (const sizes of chunkings(60)) {
      const { events, hasRemainder } = split(stream, sizes)
      expect(events.map(({ data, name }) => [data, name]) as unknown[]).toEqual(expected)
      expect(events.map(event => event.raw).join('')).toBe(stream.slice(1))
      expect(hasRemainder).toBe(false)
    }
  })

  it('keeps an unfinished event back', () => {
    const { events, hasRemainder } = split('data: a\n\ndata: b\n')
    expect(events.map(event => event.data)).toEqual(['a'])
    expect(hasRemainder).toBe(true)
  })

  it('does not write over bytes that it has given out', () => {
    const splitter = new EventSplitter()
    const given: Uint8Array[] = []
    for (let i = 0; i < 300; i += 1) {
      for (const piece of [`data: event ${i}, `, 'in pieces\n', '\nda', `ta: and ${i} more\n\n`]) {
        splitter.feed(encoder.encode(piece))
        while (splitter.next()) given.push(splitter.bytes.subarray(splitter.start, splitter.end))
      }
    }
    const texts = given.map(bytes => new TextDecoder().decode(bytes))
    expect(texts).toEqual(
      Array.from({ length: 300 }, (_, i) => [
        `data: event ${i}, in pieces\n\n`,
        `data: and ${i} more\n\n`,
      ]).flat(),
    )
  })

  it('refuses an event that never ends', () => {
    const splitter = new EventSplitter()
    const piece = new Uint8Array(1024 * 1024).fill(120)
    const feed = (): void => {
      for (let fed = 0; fed <= maxEventBytes + piece.length; fed += piece.length) {
        splitter.feed(piece)
        splitter.next()
      }
    }
    expect(feed).toThrow(RangeError)
  })

  it('takes time in proportion to the bytes, also for one large event in small pieces', () => {
    const piece = encoder.encode('data: x\n'.repeat(8))
    const splitter = new EventSplitter()
    const started = performance.now()
    for (let i = 0; i < 20_000; i += 1) {
      splitter.feed(piece)
      splitter.next()
    }
    expect(performance.now() - started).toBeLessThan(30_000)
  })
})
