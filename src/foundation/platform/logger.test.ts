import { describe, expect, it } from 'bun:test'
import { DatabaseError } from 'pg'
import { Failure } from './failure.ts'
import { createLogger } from './logger.ts'
import { redact } from './redaction.ts'

interface LoggedLine {
  readonly time: string
  readonly err: unknown
}

function logged(write: (logger: ReturnType<typeof createLogger>) => void): LoggedLine {
  const lines: string[] = []
  write(createLogger({ level: 'debug', destination: { write: line => lines.push(line) } }))
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0]!)
}

describe('createLogger', () => {
  it('writes one JSON object a line with level, time and the fields of its parents', () => {
    const line = logged(logger => logger.child({ request_id: 'r1' }).warn({ count: 2 }, 'hello'))
    expect<unknown>(line).toEqual({
      level: 'warn',
      time: expect.any(String),
      request_id: 'r1',
      count: 2,
      msg: 'hello',
    })
    expect(Math.abs(Date.parse(line.time) - Date.now())).toBeLessThan(5000)
  })

  it('tells an error with its code, details and causes, and no secret in any of them', () => {
    const cause = new Error('GET https://a:hunter2@db/x with Authorization: Bearer abcdef123456 failed')
    const error = new Failure('upstream_error', 'key sk-proj-ABCDEFGH12345678 was refused', {
      cause,
      details: { upstreamStatus: 401, apiKey: 'topsecret' },
    })
    const line = logged(logger => logger.error({ err: error }, 'call failed'))
    expect(line.err).toMatchObject({
      type: 'Failure',
      code: 'upstream_error',
      message: 'key sk-[redacted] was refused',
      details: { upstreamStatus: 401, apiKey: '[redacted]' },
      cause: { message: 'GET https://a:[redacted]@db/x with Authorization: Bearer [redacted] failed' },
    })
    expect(JSON.stringify(line)).not.toMatch(/hunter2|abcdef123456|ABCDEFGH|topsecret/)
  })

  it('does not quote the row that a database error is about', () => {
    const error = new DatabaseError('duplicate key value', 10, 'error')
    error.code = '23505'
    error.detail = 'Key (email)=(ann@example.com) already exists.'
    const line = logged(logger => logger.error({ err: error }))
    expect(line.err).toMatchObject({ code: '23505' })
    expect(JSON.stringify(line)).not.toContain('ann@example.com')
  })
})

describe('redact', () => {
  it.each([
    ['{"authorization":"Basic abc"}', '{"authorization":"[redacted]"}'],
    ['{"Api-Key":"a\\"b","n":1}', '{"Api-Key":"[redacted]","n":1}'],
    ['{"openai_api_key":["a","b"],"n":1}', '{"openai_api_key":"[redacted]","n":1}'],
    ['{"password":1234}', '{"password":"[redacted]"}'],
    ['{"msg":"body was {\\"api_key\\":\\"abc\\"}"}', '{"msg":"body was {\\"api_key\\":\\"[redacted]\\"}"}'],
    ['{"msg":"postgresql://me:pass@db/x"}', '{"msg":"postgresql://me:[redacted]@db/x"}'],
    ['{"url":"https://x/y?api-key=abc&v=1"}', '{"url":"https://x/y?api-key=[redacted]&v=1"}'],
    ['{"msg":"x-api-key: abc"}', '{"msg":"x-api-key: [redacted]"}'],
    ['{"msg":"sk-slip-Ab3dEf6hIj9kLmN0Ab3dEf6hIj9kLmN0"}', '{"msg":"sk-slip-[redacted]"}'],
    ['{"msg":"ghp_0123456789abcdef AKIAIOSFODNN7EXAMPLE"}', '{"msg":"ghp_[redacted] AKIA[redacted]"}'],
    ['{"msg":"eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"}', '{"msg":"[redacted]"}'],
  ])('takes the secret out of %s', (line, expected) => {
    expect(redact(line)).toBe(expected)
    expect(JSON.parse(expected)).toBeDefined()
  })

  it.each([
    '{"input_tokens":12,"output_tokens":3,"max_tokens":100}',
    '{"key_id":"0199","key_name":"ci","prefix":"sk-slip-Ab3dEf6h"}',
    '{"url":"http://127.0.0.1:4000/v1/models?limit=3"}',
    '{"msg":"the token limit is 4096","task":"risk-based"}',
  ])('leaves %s as it is', line => {
    expect(redact(line)).toBe(line)
  })

  it('takes time in proportion to the line, however it is made', () => {
    const line = `{"msg":"${'\\"api_key'.repeat(5000)}${'a'.repeat(50_000)}${':'.repeat(50_000)}"}`
    const startedAtMs = performance.now()
    redact(line)
    expect(performance.now() - startedAtMs).toBeLessThan(5_000)
  })
})
