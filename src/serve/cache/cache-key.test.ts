import { describe, expect, it } from 'bun:test'
import { type CacheScope, exactKey, questionOf } from './cache-key.ts'

const scope: CacheScope = { tenant: 'acme', service: 'assistant', release: 'v1', operation: 'chat' }
const hello = { model: 'assistant', messages: [{ role: 'user', content: 'Hello' }], temperature: 0 }

describe('exactKey', () => {
  it('is the same for the same request, whatever the order of its members and however it is sent', () => {
    const same = {
      user: 'u-1',
      stream: true,
      stream_options: {},
      messages: hello.messages,
      temperature: 0,
      model: 'x',
    }
    expect(exactKey(scope, same)).toBe(exactKey(scope, hello))
  })

  it('is another one for another tenant, service, release, dialect or word', () => {
    const keys = [
      exactKey(scope, hello),
      exactKey({ ...scope, tenant: 'other' }, hello),
      exactKey({ ...scope, service: 'other' }, hello),
      exactKey({ ...scope, release: 'v2' }, hello),
      exactKey({ ...scope, operation: 'messages' }, hello),
      exactKey(scope, { ...hello, temperature: 0.1 }),
      exactKey(scope, { ...hello, messages: [{ role: 'user', content: 'Hello ' }] }),
      exactKey(scope, { ...hello, tools: [] }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('does not show the prompt', () => {
    expect(exactKey(scope, hello)).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  })
})

describe('questionOf', () => {
  const asking = (content: unknown, ...before: unknown[]) =>
    questionOf(scope, { ...hello, messages: [...before, { role: 'user', content }] })

  it('parts the last thing the user said from all that has to be the same', () => {
    expect(asking('Where is it?')?.text).toBe('Where is it?')
    expect(asking('Where is it?')?.context).toBe(asking('What?')?.context as string)
    const system = { role: 'system', content: 'Be terse.' }
    expect(asking('Where is it?', system)?.context).not.toBe(asking('Where is it?')?.context)
    expect(
      asking([
        { type: 'text', text: 'One' },
        { type: 'text', text: 'two' },
      ])?.text,
    ).toBe('One\ntwo')
    expect(questionOf(scope, { input: 'Where?' })?.text).toBe('Where?')
  })

  it('compares no pictures and no results of tools by their meaning', () => {
    expect(asking([{ type: 'image_url', image_url: { url: 'data:,x' } }])).toBeUndefined()
    expect(questionOf(scope, { messages: [{ role: 'tool', content: '42' }] })).toBeUndefined()
    expect(asking('  ')).toBeUndefined()
  })
})
