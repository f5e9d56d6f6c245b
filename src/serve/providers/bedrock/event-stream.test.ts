import { describe, expect, it } from 'bun:test'
import { crc32 } from 'node:zlib'
import { encodeFrame } from '../../../../test/fake-provider/event-stream.ts'
import { chunkings, readFixture } from '../__fixtures__/read.ts'
import { CorruptFrame, EventStreamDecoder, type Frame } from './event-stream.ts'

interface Vectors {
  readonly good: { name: string; hex: string; headers: Record<string, string>; payload: string }[]
  readonly bad: { name: string; hex: string; why: string }[]
}

const vectors = JSON.parse(
  new TextDecoder().decode(readFixture('bedrock/event-stream-vectors.json')),
) as Vectors

const plain = ({ headers, payload }: Frame): object => ({
  headers: Object.fromEntries(headers),
  payload: new TextDecoder().decode(payload),
})

/** All frames of the bytes, fed in pieces of these sizes; what they say is taken at once, as a stream does. */
function decode(bytes: Uint8Array, sizes: readonly number[]): object[] {
  const decoder = new EventStreamDecoder()
  const frames: object[] = []
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1)
    decoder.feed(bytes.slice(at, at + size))
    at += size
    for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(plain(frame))
  }
  expect(decoder.hasRemainder).toBe(false)
  return frames
}

function refusalOf(bytes: Uint8Array): string {
  const decoder = new EventStreamDecoder()
  decoder.feed(bytes)
  try {
    decoder.next()
    return 'none'
  } catch (error) {
    if (error instanceof CorruptFrame) return error.message
    throw error
  }
}

describe('EventStreamDecoder', () => {
  it.each(vectors.good)("reads Amazon's vector $name", ({ hex, headers, payload }) => {
    expect(decode(Buffer.from(hex, 'hex'), [Number.MAX_SAFE_INTEGER])).toEqual([{ headers, payload }])
  })

  it.each(vectors.bad)("refuses Amazon's vector $name, and waits for nothing", ({ hex, why }) => {
    expect(refusalOf(Buffer.from(hex, 'hex'))).toContain(`checksum of a ${why}`)
  })

  it('finds the same frames however the bytes are cut, large ones too', () => {
    const frames = [
      ...vectors.good.map(({ hex }) => Buffer.from(hex, 'hex')),
      encodeFrame({ ':event-type': 'é👋' }, 'x'.repeat(20_000)),
      encodeFrame({}, ''),
    ]
    const bytes = new Uint8Array(Buffer.concat(frames))
    const whole = decode(bytes, [Number.MAX_SAFE_INTEGER])
    expect(whole).toHaveLength(frames.length)
    for (const sizes of chunkings(40)) expect(decode(bytes, sizes)).toEqual(whole)
  })

  it('refuses every frame in which one bit is wrong', () => {
    const good = encodeFrame({ ':event-type': 'a', ':message-type': 'event' }, '{"text":"Hello"}')
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bytes = Buffer.from(good)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(refusalOf(bytes)).toMatch(/checksum/)
    }
  })

  it('refuses lengths and headers that make no sense, though their checksums match', () => {
    const claim = (total: number, headers: number): Buffer => {
      const frame = encodeFrame({}, Buffer.alloc(64))
      frame.writeUInt32BE(total, 0)
      frame.writeUInt32BE(headers, 4)
      frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
      return frame
    }
    expect(refusalOf(claim(0xffff_ffff, 0))).toContain('claims 4294967295 bytes')
    expect(refusalOf(claim(40, 36))).toContain('shorter than its headers')
    expect(refusalOf(claim(0, 0))).toContain('shorter than its headers')
    const seal = (header: number[]): Buffer => {
      const frame = Buffer.alloc(16 + header.length)
      frame.writeUInt32BE(frame.length, 0)
      frame.writeUInt32BE(header.length, 4)
      frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
      frame.set(header, 12)
      frame.writeUInt32BE(crc32(frame.subarray(0, frame.length - 4)), frame.length - 4)
      return frame
    }
    expect(refusalOf(seal([1, 120, 7, 255, 255, 97]))).toContain('runs past')
    expect(refusalOf(seal([200, 120]))).toContain('runs past')
    expect(refusalOf(seal([1, 120, 10]))).toContain('unknown type 10')
  })

  it('holds back a frame that is not whole', () => {
    const frame = encodeFrame({ a: 'b' }, 'payload')
    for (let cut = 1; cut < frame.length; cut += 1) {
      const decoder = new EventStreamDecoder()
      decoder.feed(frame.subarray(0, cut))
      expect(decoder.next()).toBeUndefined()
      expect(decoder.hasRemainder).toBe(true)
    }
  })
})
