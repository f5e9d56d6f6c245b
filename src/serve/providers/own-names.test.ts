import { describe, expect, it } from 'bun:test'
import { toFinishReason as ofAnthropic } from './anthropic/finish-reason.ts'
import { toFinishReason as ofBedrock } from './bedrock/finish-reason.ts'
import { toFinishReason as ofCohere } from './cohere/finish-reason.ts'
import { UpstreamFailures } from './upstream-failures.ts'

describe('names from upstreams that every object has', () => {
  const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty']

  it('are no reasons to finish', () => {
    for (const name of names)
      expect([ofAnthropic(name), ofBedrock(name), ofCohere(name)]).toEqual(['stop', 'stop', 'stop'])
  })

  it('are no codes of errors', () => {
    const failures = new UpstreamFailures({ label: 'provider "x"', isEngine: false, secrets: [] })
    for (const name of names) {
      const error = { message: 'no', code: name, type: name, parameter: undefined, status: undefined }
      expect(failures.fromError(error).status).toBe(502)
    }
  })
})
