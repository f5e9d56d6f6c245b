import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { StreamTranslator, UpstreamCall } from '../upstream.ts'

/** Replies in the shapes that the providers document, for tests. */
export function readFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path.join(import.meta.dirname, name)))
}

export function chatCall(body: Record<string, unknown> = {}, more: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    operation: 'chat',
    body: { model: 'support', messages: [{ role: 'user', content: 'Hi' }], ...body },
    model: 'upstream-model',
    isStream: body['stream'] === true,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    requestId: 'req-1',
    isContentWanted: false,
    ...more,
  }
}

/** Pushes the bytes in pieces of the given sizes (the last is repeated) and gives all that comes out. */
export function translate(
  translator: StreamTranslator,
  bytes: Uint8Array,
  sizes: readonly number[],
): { text: string; error: unknown } {
  const out: Uint8Array[] = []
  const keep = (piece: Uint8Array | undefined): void => {
    // a copy: later pushes must not change what was given out, and the end of the test would not notice
    if (piece) out.push(piece.slice())
  }
  let error: unknown
  try {
    for (let at = 0, index = 0; at < bytes.length; index += 1) {
      const size = Math.max(1, sizes[Math.min(index, sizes.length - 1)] ?? 1)
      keep(translator.push(bytes.slice(at, at + size)))
      at += size
    }
    keep(translator.end())
  } catch (thrown) {
    error = thrown
  }
  return { text: Buffer.concat(out).toString('utf8'), error }
}

/** Ways to cut a stream: whole, byte by byte, and at random places from a seed. */
export function chunkings(seeds: number): number[][] {
  const ways: number[][] = [[Number.MAX_SAFE_INTEGER], [1], [2], [3], [7]]
  for (let seed = 1; seed <= seeds; seed += 1) {
    let state = seed * 2_654_435_761
    const sizes = Array.from({ length: 400 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return 1 + (state % (seed % 3 === 0 ? 600 : 40))
    })
    ways.push(sizes)
  }
  return ways
}
