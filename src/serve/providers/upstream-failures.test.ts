import { describe, expect, it } from 'bun:test'
import type { Failure } from '../../foundation/platform/index.ts'
import errors from './__fixtures__/errors.json'
import { retryAfterSeconds } from './retry-after.ts'
import { UpstreamFailures } from './upstream-failures.ts'

const key = 'sk-proj-operator-key-0123456789'
const failures = new UpstreamFailures({ label: 'provider "p"', isEngine: false, secrets: [key] })
const engine = new UpstreamFailures({ label: 'engine "e"', isEngine: true, secrets: [] })
const signal = new AbortController().signal

function wholeText(failure: Failure): string {
  const { message, cause, details } = failure
  return JSON.stringify([message, details, cause instanceof Error ? [cause.message, cause.stack] : cause])
}

describe('UpstreamFailures.fromResponse', () => {
  it.each(errors)('maps $name', async ({ status, body, headers, expect: expected }) => {
    const response = new Response(body, { status, headers: (headers ?? {}) as Record<string, string> })
    const failure = await failures.fromResponse(response, signal)
    const { upstreamCode, parameter, retryAfterSeconds: seconds } = failure.details
    expect({
      code: failure.code,
      message: failure.message,
      status: failure.status,
      upstreamCode,
      parameter,
      retryAfterSeconds: seconds,
    }).toMatchObject(expected)
    expect(failure.cause).toBeInstanceOf(Error)
    expect(wholeText(failure)).not.toContain('operator')
    expect(failure.message).not.toContain('<html>')
  })

  it('says nothing of what the upstream said about our key, wherever it quotes it', async () => {
    for (const status of [400, 401, 429, 500]) {
      const body = JSON.stringify({
        error: { message: `bad ${key} and Bearer ${key}`, param: key, code: key },
      })
      expect(wholeText(await failures.fromResponse(new Response(body, { status }), signal))).not.toContain(
        'operator',
      )
      expect(
        wholeText(await failures.fromResponse(new Response(key.repeat(9), { status }), signal)),
      ).not.toContain('operator')
    }
  })

  it('reads only a bounded part of a huge body, and stops the upstream', async () => {
    let sent = 0
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384
        controller.enqueue(new Uint8Array(16_384).fill(65))
      },
      cancel() {
        isCancelled = true
      },
    })
    const failure = await failures.fromResponse(new Response(body, { status: 500 }), signal)
    expect(failure.code).toBe('upstream_error')
    expect(isCancelled).toBe(true)
    expect(sent).toBeLessThan(200_000)
    expect(wholeText(failure).length).toBeLessThan(3000)
  })

  it('does not follow redirects, and says where they lead', async () => {
    const response = new Response(null, {
      status: 307,
      headers: { location: 'https://elsewhere.example/v1?api_key=abcdefgh' },
    })
    const failure = await failures.fromResponse(response, signal)
    expect(failure.code).toBe('upstream_error')
    expect(failure.message).toContain('https://elsewhere.example/v1')
    expect(failure.message).not.toContain('abcdefgh')
  })

  it('gives the words of an engine their own codes', async () => {
    const code = async (status: number, error: object): Promise<string> =>
      (await engine.fromResponse(Response.json({ error }, { status }), signal)).code
    expect(await code(429, { message: 'busy' })).toBe('engine_busy')
    expect(await code(503, { message: 'loading' })).toBe('engine_not_ready')
    expect(await code(400, { message: 'no', code: 'unsupported_parameter', param: 'n' })).toBe(
      'unsupported_parameter',
    )
    expect(await code(400, { message: 'long', code: 'context_length_exceeded' })).toBe('context_too_long')
    expect(await code(500, { message: 'bug' })).toBe('upstream_error')
  })

  it('never passes on a status that no answer can have', () => {
    const failures = new UpstreamFailures({ label: 'provider "x"', isEngine: false, secrets: [] })
    const error = { message: 'no', code: undefined, type: undefined, parameter: undefined, status: undefined }
    expect(failures.fromStatus(422, error, undefined, '').status).toBe(422)
    for (const status of [0, 7, 99, 200, 302])
      expect(failures.fromStatus(status, error, undefined, '').status).toBe(400)
    for (const status of [600, 99_999])
      expect(failures.fromStatus(status, error, undefined, '').status).toBe(502)
  })
})

describe('retryAfterSeconds', () => {
  const now = Date.parse('2026-11-22T10:00:00Z')
  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '0.5' }, 0.5],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, 30],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '2500', 'retry-after': '99' }, 2.5],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after-ms': 'x', 'retry-after': '4' }, 4],
    [{}, undefined],
  ])('reads %p as %p', (headers, seconds) => {
    expect(retryAfterSeconds(new Headers(headers as Record<string, string>), now)).toBe(seconds)
  })
})
