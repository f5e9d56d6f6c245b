import { describe, expect, it } from 'bun:test'
import { Failure } from '../../foundation/platform/index.ts'
import { peekStream } from './peek-stream.ts'

const encoder = new TextEncoder()

/** A translator that takes `token` for content, `role` for what comes before it and `error` for an error. */
function answerOf(chunks: readonly string[], endsWith: 'end' | 'break' = 'end') {
  let index = 0
  const observation = { firstTokenAt: undefined as number | undefined }
  let failure: Failure | undefined
  return {
    kind: 'stream',
    body: new ReadableStream<Uint8Array>({
      pull: controller => {
        const chunk = chunks[index]
        index += 1
        if (chunk !== undefined) controller.enqueue(encoder.encode(chunk))
        else if (endsWith === 'end') controller.close()
        else controller.error(new Error('reset'))
      },
    }),
    translator: {
      observation,
      get failure() {
        return failure
      },
      push: (bytes: Uint8Array) => {
        const text = new TextDecoder().decode(bytes)
        if (text === 'error') throw (failure = new Failure('upstream_error', 'broken'))
        if (text === 'token') observation.firstTokenAt = 1
        return bytes
      },
      end: () => undefined,
      interrupted: () => new Failure('upstream_error', 'broke off'),
    },
  } as unknown as Parameters<typeof peekStream>[0]
}

describe('peekStream', () => {
  it('commits with the first token, and holds what came before it', async () => {
    const peeked = await peekStream(answerOf(['role', 'role', 'token', 'token']))
    expect(peeked.held.map(piece => new TextDecoder().decode(piece))).toEqual(['role', 'role', 'token'])
    expect(peeked.isEnded).toBe(false)
  })

  it('throws what breaks before it, so that another target may serve', async () => {
    expect(peekStream(answerOf(['role', 'error']))).rejects.toMatchObject({ code: 'upstream_error' })
    expect(peekStream(answerOf(['role'], 'break'))).rejects.toMatchObject({ message: 'broke off' })
  })

  it('stops looking after 64 chunks, and serves the stream as it is', async () => {
    const peeked = await peekStream(answerOf(Array.from({ length: 100 }, () => 'role')))
    expect(peeked.held).toHaveLength(64)
  })

  it('serves a stream that ends without a token', async () => {
    expect(await peekStream(answerOf(['role']))).toMatchObject({ isEnded: true })
  })
})
