import { describe, expect, it } from 'bun:test'
import { createLogger, type LogFields } from '../../foundation/platform/index.ts'
import { declareUnmasked, type Masked, maskedByPolicy, maskedForStorage } from './masked.ts'

/** Takes what may be kept. */
function keep(content: Masked<{ readonly prompt: string }>): string {
  return content.value.prompt
}

describe('Masked', () => {
  it('is made here alone: raw content compiles into nothing that keeps it', () => {
    const raw = { prompt: 'My card is 4111 1111 1111 1111.' }
    // @ts-expect-error: raw content
    expect(() => keep(raw)).toThrow()
    // @ts-expect-error: dressed up as masked
    expect(() => keep({ masking: 'policy', value: raw, map: () => raw, toJSON: () => raw })).not.toThrow()
    // @ts-expect-error: of another kind
    expect(keep(maskedForStorage({ prompt: 1 }))).toBe(1 as never)
    expect(keep(maskedForStorage({ prompt: '<CREDIT_CARD_1f3a9c>' }))).toBe('<CREDIT_CARD_1f3a9c>')
  })

  it('says how it was made fit, in every form that it takes', () => {
    expect(declareUnmasked('a', 'a test').masking).toBe('none')
    expect(maskedByPolicy('a', 'hash').map(text => [text])).toMatchObject({ masking: 'policy', value: ['a'] })
    expect(JSON.stringify(maskedForStorage({ a: 1 }))).toBe('{"a":1}')
  })
})

describe('a logger', () => {
  it('takes content only where it is masked', () => {
    const lines: string[] = []
    const logger = createLogger({ level: 'info', destination: { write: line => void lines.push(line) } })
    // @ts-expect-error: what somebody said
    const raw: LogFields = { prompt: 'My card is 4111 1111 1111 1111.' }
    expect(raw['prompt']).toBeDefined()
    // @ts-expect-error: the same, within a call
    logger.info({ messages: [] }, 'Not this.')
    logger.info({ content: maskedForStorage({ prompt: '<PERSON_1f3a9c>' }) }, 'This.')
    expect(lines.at(-1)).toContain('"content":{"prompt":"<PERSON_1f3a9c>"}')
  })
})
