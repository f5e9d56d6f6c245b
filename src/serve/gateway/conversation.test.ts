import { describe, expect, it } from 'bun:test'
import { conversationOf } from './conversation.ts'

const key = { operation: 'chat' as const, tenant: 'acme', keyId: 'key-1', service: 'support' }
const chat = (...texts: string[]): { messages: object[] } => ({
  messages: [
    { role: 'system', content: 'Be brief.' },
    ...texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
  ],
})

describe('conversationOf', () => {
  it('takes what the header names before anything else', () => {
    const headers = new Headers({ 'slipway-conversation-id': 'chat-17' })
    const body = { ...chat('hello'), metadata: { conversation_id: 'other' } }
    expect(conversationOf({ ...key, headers, body, previous: 'third' })).toEqual({
      id: 'chat-17',
      source: 'header',
    })
  })

  it('takes what the metadata names, a session of an agent among it', () => {
    const of = (metadata: object): unknown =>
      conversationOf({ ...key, headers: new Headers(), body: { ...chat('hello'), metadata } })
    expect(of({ conversation_id: 'a' })).toEqual({ id: 'a', source: 'metadata' })
    expect(of({ session_id: 'b' })).toEqual({ id: 'b', source: 'metadata' })
    const user_id = 'user_0f_account__session_7b0c2a4e-1111-4222-8333-444455556666'
    expect(of({ user_id })).toEqual({ id: '7b0c2a4e-1111-4222-8333-444455556666', source: 'metadata' })
    expect(of({ user_id: 'someone' })).toMatchObject({ source: 'first message' })
  })

  it('stays in the conversation of the response that it goes on from', () => {
    const body = { input: 'And then?' }
    expect(conversationOf({ ...key, headers: new Headers(), body, previous: '~abc' })).toEqual({
      id: '~abc',
      source: 'response',
    })
  })

  it('keeps no name that may be more than a name', () => {
    const headers = new Headers({ 'slipway-conversation-id': 'ada@example.org' })
    const found = conversationOf({ ...key, headers, body: chat('hello') })
    expect(found).toMatchObject({ source: 'header' })
    expect(found?.id).toMatch(/^~[\w-]{22}$/)
  })

  it('knows later turns by how they began, in every dialect', () => {
    const of = (body: object): unknown =>
      conversationOf({ ...key, headers: new Headers(), body: body as Record<string, unknown> })?.id
    const id = of(chat('My card is 4111 1111 1111 1111'))
    expect(id).toMatch(/^~[\w-]{22}$/)
    expect(of(chat('My card is 4111 1111 1111 1111', 'Thank you.', 'And now?'))).toBe(id)
    const parts = [{ role: 'user', content: [{ type: 'text', text: 'My card is 4111 1111 1111 1111' }] }]
    expect(of({ messages: parts })).toBe(id)
    expect(of({ input: 'My card is 4111 1111 1111 1111' })).toBe(id)
    expect(of({ input: [{ role: 'user', content: 'My card is 4111 1111 1111 1111' }] })).toBe(id)
    expect(of({ prompt: 'My card is 4111 1111 1111 1111' })).toBe(id)
    expect(of(chat('My card is 4111 1111 1111 1112'))).not.toBe(id)
  })

  it('parts tenants, keys, services and users who begin with the same words', () => {
    const base = { ...key, headers: new Headers(), body: chat('hello') }
    const others = [
      base,
      { ...base, tenant: 'other' },
      { ...base, keyId: 'key-2' },
      { ...base, service: 'sales' },
      { ...base, body: { ...chat('hello'), user: 'u-1' } },
    ]
    expect(new Set(others.map(one => conversationOf(one)?.id)).size).toBe(others.length)
  })

  it('tells long messages apart that differ at their ends', () => {
    const of = (text: string): unknown =>
      conversationOf({ ...key, headers: new Headers(), body: chat(text) })?.id
    const long = 'x'.repeat(10_000)
    expect(of(`${long}a`)).not.toBe(of(`${long}b`))
    expect(of(`a${long}`)).not.toBe(of(`b${long}`))
    expect(of(`${long}x`)).not.toBe(of(long))
  })

  it('says nothing where nobody speaks', () => {
    const of = (body: object): unknown =>
      conversationOf({ ...key, headers: new Headers(), body: body as Record<string, unknown> })
    expect(of({ input: ['a text', 'another'] })).toBeUndefined()
    const embedding = {
      ...key,
      operation: 'embedding' as const,
      headers: new Headers(),
      body: { input: 'a text' },
    }
    expect(conversationOf(embedding)).toBeUndefined()
    expect(
      of({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }),
    ).toBeUndefined()
    expect(of({})).toBeUndefined()
  })
})
