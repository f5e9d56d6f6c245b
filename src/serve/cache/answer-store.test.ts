import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../foundation/config/index.ts'
import { declareUnmasked } from '../../govern/privacy/index.ts'
import { AnswerStore } from './answer-store.ts'

const answer = (length: number) => ({
  answer: declareUnmasked(
    { kind: 'body' as const, body: 'x'.repeat(length), usage: usageOf({}), model: 'm' },
    'A test.',
  ),
  service: length > 100 ? 'long' : 'short',
  costNanoUsd: 1,
  storedAtMs: 0,
  expiresAtMs: 1_000,
})

describe('AnswerStore', () => {
  it('forgets what is too old', () => {
    const store = new AnswerStore(1_000_000)
    store.set('a', answer(10))
    expect(store.get('a', 999)?.costNanoUsd).toBe(1)
    expect(store.get('a', 1_000)).toBeUndefined()
    expect(store.sizes().size).toBe(0)
  })

  it('never holds more than its limit, and lets go what was asked for least recently', () => {
    const store = new AnswerStore(100_000)
    for (let index = 0; index < 1_000; index += 1) {
      store.set(`key-${index}`, answer(1_000))
      store.get('key-0', 1)
      expect(store.sizes().get('long')?.bytes).toBeLessThanOrEqual(100_000)
    }
    expect(store.get('key-0', 1)).toBeDefined()
    expect(store.get('key-1', 1)).toBeUndefined()
    expect(store.get('key-999', 1)).toBeDefined()
  })

  it('keeps nothing that would push out most of the rest', () => {
    const store = new AnswerStore(10_000)
    store.set('small', answer(10))
    store.set('huge', answer(5_000))
    expect(store.get('huge', 1)).toBeUndefined()
    expect(store.get('small', 1)).toBeDefined()
  })

  it('clears one service and leaves the others', () => {
    const store = new AnswerStore(1_000_000)
    store.set('a', answer(10))
    store.set('b', answer(1_000))
    expect(store.clear('long')).toBe(1)
    expect(store.get('a', 1)).toBeDefined()
    expect(store.clear(undefined)).toBe(1)
  })
})
