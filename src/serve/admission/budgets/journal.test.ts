import { describe, expect, it } from 'bun:test'
import { Journal, type Outcome, type Reservation } from './journal.ts'

const reservation = (id: string): Reservation => ({
  id,
  requestId: 'request',
  atMs: 7,
  tenant: 'acme',
  keyId: 'key',
  service: 'assistant',
  windows: [['tenant:acme/usd/month/2026-11', 1_000, 9]],
  worstNanoUsd: 1_000,
})
const outcome: Outcome = {
  costNanoUsd: 300,
  usage: { inputTokens: 3 },
  isEstimate: false,
  target: 'provider:openai',
  model: 'gpt',
  used: [300],
}

describe('Journal', () => {
  it('gives back to the next process what the last one left: what ended with its end, the rest without', () => {
    const bytes = new Uint8Array(Journal.bytesFor(8))
    const journal = new Journal(bytes)
    journal.owner = '01a21378-6952-7514-8dda-eb433c05d824'
    const [ended = -1, open = -1, freed = -1] = ['a', 'b', 'c'].map(
      id => journal.reserve(reservation(id)) ?? -1,
    )
    journal.settle(ended, outcome)
    journal.settle(freed, outcome)
    journal.free(freed)
    const next = new Journal(bytes.slice())
    expect(next.owner).toBe('01a21378-6952-7514-8dda-eb433c05d824')
    expect([...next.recover()]).toEqual([
      { slot: ended, reservation: reservation('a'), outcome },
      { slot: open, reservation: reservation('b'), outcome: undefined },
    ])
    expect(next.freeSlots).toBe(6)
  })

  it('has nothing to give back that a killed process had only half written', () => {
    const bytes = new Uint8Array(Journal.bytesFor(4))
    const journal = new Journal(bytes)
    const slot = journal.reserve(reservation('a')) ?? -1
    journal.settle(slot, outcome)
    // whatever byte of a half was being written: a torn settlement leaves the reservation
    const torn = bytes.slice()
    torn[64 + 2_048 + 20] = 0
    expect([...new Journal(torn).recover()]).toEqual([
      { slot, reservation: reservation('a'), outcome: undefined },
    ])
    // a torn reservation was never sent
    torn[64 + 20] = 0
    const next = new Journal(torn)
    expect([...next.recover()]).toEqual([])
    expect(next.freeSlots).toBe(4)
  })

  it('refuses when it is full, and takes more when something was written', () => {
    const journal = new Journal(new Uint8Array(Journal.bytesFor(2)))
    const first = journal.reserve(reservation('a')) ?? -1
    expect(journal.reserve(reservation('b'))).toBeDefined()
    expect(journal.reserve(reservation('c'))).toBeUndefined()
    journal.free(first)
    expect(journal.reserve(reservation('c'))).toBe(first)
  })

  it('refuses a reservation that does not fit rather than cutting it', () => {
    const journal = new Journal(new Uint8Array(Journal.bytesFor(2)))
    expect(journal.reserve(reservation('x'.repeat(3_000)))).toBeUndefined()
    expect(journal.freeSlots).toBe(2)
  })
})
