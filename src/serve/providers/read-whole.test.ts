import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { readWhole } from './read-whole.ts'

/** What a server on loopback says, as a client of it sees it. */
async function answerOf<Result>(make: () => Response, read: (response: Response) => Promise<Result>) {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: make })
  try {
    return await read(await fetch(`http://127.0.0.1:${server.port}/`))
  } finally {
    await server.stop(true)
  }
}

describe('readWhole', () => {
  it('gives every byte, of one piece, of many and of none', async () => {
    const text = (body: BodyInit | null) =>
      answerOf(
        () => new Response(body),
        async response => Buffer.from(await readWhole(response)).toString(),
      )
    expect(await text('whole')).toBe('whole')
    expect(await text(null)).toBe('')
    const pieces = Array.from({ length: 50 }, (_, index) => `${index},`)
    const body = new ReadableStream({
      pull: async controller => {
        await Bun.sleep(0)
        const piece = pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(Buffer.from(piece))
      },
    })
    expect(await text(body)).toBe(Array.from({ length: 50 }, (_, index) => `${index},`).join(''))
  })

  it('gives up an answer that never ends, and one that unpacks to too much', async () => {
    let isCancelled = false
    const endless = () =>
      new ReadableStream({
        pull: controller => controller.enqueue(new Uint8Array(10_000)),
        cancel: () => void (isCancelled = true),
      })
    const errorOf = (make: () => Response) =>
      answerOf(make, response => readWhole(response, 100_000).catch((error: unknown) => error))
    expect(await errorOf(() => new Response(endless()))).toBeInstanceOf(RangeError)
    expect(isCancelled).toBe(true)
    const bomb = gzipSync(new Uint8Array(5_000_000))
    expect(bomb.byteLength).toBeLessThan(10_000)
    const headers = { 'content-encoding': 'gzip' }
    expect(await errorOf(() => new Response(bomb, { headers }))).toBeInstanceOf(RangeError)
  })
})
