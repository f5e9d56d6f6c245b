import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, readFixture } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { createUrlOf, differences } from './differences.ts'
import { createOpenAiDialect } from './dialect.ts'

const label = 'provider "p"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const urlOf = createUrlOf({ kind: 'openai', baseUrl: 'http://127.0.0.1', apiVersion: undefined })
const dialect = createOpenAiDialect(differences.openai, urlOf, { label, failures })
const read = (body: string) => dialect.readReply(new TextEncoder().encode(body), chatCall())

describe('readReply (OpenAI)', () => {
  it('gives the client the very bytes, and reads what is worth knowing', () => {
    const bytes = readFixture('openai/chat.json')
    const { body, observation } = dialect.readReply(bytes, chatCall({}, { isContentWanted: true }))
    expect(body).toBe(bytes)
    expect(observation).toMatchObject({
      upstreamId: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
      upstreamModel: 'gpt-4.1-2025-04-14',
      finishReason: 'stop',
      usage: { inputTokens: 86, cacheReadTokens: 1920, outputTokens: 108, reasoningTokens: 192 },
      content: { role: 'assistant', content: 'Hello! How can I assist you today?' },
    })
    expect(dialect.readReply(bytes, chatCall()).observation.content).toBeUndefined()
  })

  it('counts the prompt of an embedding', () => {
    const call = chatCall({}, { operation: 'embedding' })
    const { observation } = dialect.readReply(readFixture('openai/embedding.json'), call)
    expect(observation.usage).toMatchObject({ inputTokens: 8, outputTokens: 0 })
  })

  it.each(['', '<html>', '[]', 'null', '{"id":1}', '{"choices":{}}'])('calls %p unreadable', body => {
    expect(() => read(body)).toThrow(Failure)
  })

  it('takes an error in a 200 for what it is', () => {
    try {
      read('{"error":{"message":"Provider returned error","code":429}}')
      throw new Error('must not succeed')
    } catch (error) {
      expect((error as Failure).code).toBe('upstream_rate_limited')
    }
  })

  it('leaves an unknown usage unknown', () => {
    expect(read('{"choices":[{"message":{"content":"x"}}]}').observation.usage).toBeUndefined()
  })
})
