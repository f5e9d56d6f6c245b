import { describe, expect, it } from 'bun:test'
import { Failure } from '../failure.ts'
import { parseObject, readText } from './request-body.ts'

function post(body: Uint8Array | string | ReadableStream, headers: Record<string, string> = {}): Request {
  const length =
    typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.byteLength : 0
  return new Request('http://127.0.0.1/', {
    method: 'POST',
    body: body as BodyInit,
    headers: { ...(length > 0 ? { 'content-length': String(length) } : {}), ...headers },
  })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? error.code : String(error)),
  )
}

const streamOf = (...chunks: string[]): ReadableStream =>
  new ReadableStream({
    start: controller => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

describe('readText', () => {
  it('gives the text as it was sent, whether its length was declared or not', async () => {
    expect(await readText(post('{"a":"café 👋"}'), 1_000)).toBe('{"a":"café 👋"}')
    expect(await readText(post(streamOf('{"a":', '1}')), 1_000)).toBe('{"a":1}')
    expect(await readText(post('{"a":"\uFFFD"}'), 1_000)).toBe('{"a":"\uFFFD"}')
  })

  it('refuses what is too large, declared or chunked, and reads no further', async () => {
    expect(await codeOf(readText(post('x'.repeat(11)), 10))).toBe('body_too_large')
    expect(await codeOf(readText(post(streamOf('x'.repeat(8), 'x'.repeat(8))), 10))).toBe('body_too_large')
  })

  it('waits for no body that does not come, declared or chunked', async () => {
    const never = (): ReadableStream =>
      new ReadableStream({ start: sink => sink.enqueue(Uint8Array.of(0x7b)) })
    expect(await codeOf(readText(post(never(), { 'content-length': '5' }), 10, 20))).toBe('body_too_slow')
    expect(await codeOf(readText(post(never()), 10, 20))).toBe('body_too_slow')
  })

  it('refuses bytes that are not UTF-8, which could not be forwarded as they are', async () => {
    expect(await codeOf(readText(post(Uint8Array.of(0x22, 0xff, 0x22)), 10))).toBe('invalid_request')
  })

  it('tells a client that left in the middle from a fault of ours', async () => {
    for (const [thrown, code] of [
      [new DOMException('The connection was closed.', 'AbortError'), 'client_closed'],
      [new Error('broken'), 'Error: broken'],
    ] as const) {
      const body = new ReadableStream({ pull: controller => controller.error(thrown) })
      expect(await codeOf(readText(post(body), 10))).toBe(code)
    }
  })

  it('refuses a compressed body by name', async () => {
    expect(await codeOf(readText(post('x', { 'content-encoding': 'br' }), 10))).toBe('unsupported_media_type')
  })
})

describe('parseObject', () => {
  it('refuses what is nested so deep that whoever walks over it would run out of stack', async () => {
    const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(parseObject(deep(200))).toHaveProperty('a')
    for (const levels of [300, 100_000]) {
      expect(await codeOf(Promise.try(() => parseObject(deep(levels))))).toBe('invalid_request')
    }
  })

  it('says what is wrong without quoting the text, which may be personal', () => {
    let failure: unknown
    try {
      parseObject('{"name": Miriam}')
    } catch (error) {
      failure = error
    }
    expect(failure).toBeInstanceOf(Failure)
    expect((failure as Failure).message).toContain('JSON')
    expect(Bun.inspect(failure)).not.toContain('Miriam')
  })

  it('takes an object and nothing else', () => {
    expect(parseObject('{"a":1}')).toEqual({ a: 1 })
    for (const text of ['[]', 'null', '1', '"a"', '{', '']) expect(() => parseObject(text)).toThrow(Failure)
  })
})
