import { describe, expect, it } from 'bun:test'
import { boundContent, estimateBytes } from './stored-content.ts'

describe('boundContent', () => {
  it('keeps what fits as it is', () => {
    const value = { messages: [{ role: 'user', content: 'Hello \u0000 "you"' }] }
    const stored = boundContent(value, 1_000)
    expect(stored.isTruncated).toBe(false)
    expect(JSON.parse(stored.json!)).toEqual(value)
  })

  it('has nothing to keep where nothing was given', () => {
    expect(boundContent(undefined, 1_000)).toEqual({ json: undefined, isTruncated: false })
  })

  it('cuts long text and keeps the shape around it', () => {
    const image = `data:image/png;base64,${'A'.repeat(50_000)}`
    const value = { messages: [{ role: 'user', content: [{ text: 'What is this?' }, { url: image }] }] }
    const stored = boundContent(value, 8_000)
    expect(stored.isTruncated).toBe(true)
    expect(stored.json!.length).toBeLessThanOrEqual(8_000)
    const kept = JSON.parse(stored.json!)
    expect(kept.messages[0].content[0].text).toBe('What is this?')
    expect(kept.messages[0].content[1].url).toEndWith('[49022 more characters were not kept]')
  })

  it('keeps the beginning of what is too large in many small pieces', () => {
    const value = Array.from({ length: 10_000 }, (_, index) => index)
    const stored = boundContent(value, 1_000)
    expect(stored.isTruncated).toBe(true)
    const kept = JSON.parse(stored.json!)
    expect(kept.truncated).toBe(true)
    expect(kept.characters).toBe(JSON.stringify(value).length)
    expect(kept.start).toStartWith('[0,1,2,3')
    expect(stored.json!.length).toBeLessThanOrEqual(1_000)
  })

  it('never cuts a character in half', () => {
    const stored = boundContent(['😀'.repeat(5_000)], 801)
    expect(JSON.parse(stored.json!)[0].isWellFormed()).toBe(true)
  })
})

describe('estimateBytes', () => {
  it('is near the size of a conversation, however long', () => {
    for (const count of [1, 10, 1_000]) {
      const value = {
        messages: Array.from({ length: count }, () => ({ role: 'user', content: 'x'.repeat(400) })),
      }
      const exact = JSON.stringify(value).length
      expect(estimateBytes(value)).toBeGreaterThan(exact * 0.8)
      expect(estimateBytes(value)).toBeLessThan(exact * 1.5)
    }
  })

  it('looks at a bounded part of a huge value', () => {
    let looks = 0
    const vector = new Proxy(
      Array.from({ length: 1_536 }, () => 0.123),
      {
        get: (target, name, receiver) => {
          looks += 1
          return Reflect.get(target, name, receiver)
        },
      },
    )
    const bytes = estimateBytes({ data: Array.from({ length: 500 }, () => vector) })
    expect(looks).toBeLessThan(500)
    expect(bytes).toBeGreaterThan(500 * 1_536 * 8)
  })

  it('knows text at once', () => {
    expect(estimateBytes('x'.repeat(1_000_000))).toBe(1_000_016)
  })
})
