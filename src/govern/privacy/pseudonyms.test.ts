import { describe, expect, it } from 'bun:test'
import { DataKey } from './data-key.ts'
import { namesIn } from './placeholder.ts'
import { ConversationValues, type Pseudonym, Pseudonyms } from './pseudonyms.ts'

const key = new DataKey(Buffer.alloc(32, 7), {
  id: 'k',
  tenant: 'a',
  purpose: 'pseudonyms',
  period: '2026-11',
})

function valuesOf(
  conversation: string,
  options: { keyId?: string; digits?: number } = {},
): ConversationValues {
  return new ConversationValues(
    { tenant: 'a', keyId: options.keyId ?? 'k1', conversation },
    key,
    options.digits,
  )
}

function open(values = valuesOf('c')) {
  const kept: Pseudonym[] = []
  const pseudonyms = new Pseudonyms(values, {
    keep: (_, pseudonym) => void kept.push(pseudonym),
    onMasked: () => {},
    onReturned: () => {},
  })
  return { pseudonyms, kept }
}

describe('placeholderOf', () => {
  it('gives the same for the same value, and for none else', () => {
    const { pseudonyms } = open()
    const first = pseudonyms.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')
    expect(first).toMatch(/^<EMAIL_ADDRESS_[0-9a-f]{6}>$/)
    expect(pseudonyms.placeholderOf('EMAIL_ADDRESS', 'Ada@Example.org')).toBe(first)
    expect(pseudonyms.placeholderOf('EMAIL_ADDRESS', 'bob@example.org')).not.toBe(first)
    expect(open().pseudonyms.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')).toBe(first)
  })

  it('gives another in another conversation, and to another key', () => {
    const of = (values: ConversationValues) => open(values).pseudonyms.placeholderOf('PERSON', 'Ada')
    expect(new Set([of(valuesOf('c')), of(valuesOf('d')), of(valuesOf('c', { keyId: 'k2' }))]).size).toBe(3)
  })

  it('keeps 2,000 values apart where tags begin with the same digit', () => {
    const { pseudonyms } = open(valuesOf('c', { digits: 1 }))
    const values = Array.from({ length: 2_000 }, (_, index) => `person ${index}`)
    const placeholders = values.map(value => pseudonyms.placeholderOf('PERSON', value))
    expect(new Set(placeholders).size).toBe(2_000)
    expect(values.map(value => pseudonyms.placeholderOf('PERSON', value))).toEqual(placeholders)
  })
})

describe('mask and reidentify', () => {
  it('puts back what was masked, escaped where it goes into JSON', () => {
    const { pseudonyms } = open()
    const masked = pseudonyms.mask('I am "Ada".', [{ start: 5, end: 10, type: 'PERSON' }])
    expect(masked).toMatch(/^I am <PERSON_[0-9a-f]{6}>\.$/)
    expect(pseudonyms.reidentify(masked)).toBe('I am "Ada".')
    const call = `{"to":"${masked}"}`
    expect(JSON.parse(pseudonyms.reidentify(call, 'json'))).toEqual({ to: 'I am "Ada".' })
  })

  it('gives a placeholder back as it is to a client that has written it', () => {
    const values = valuesOf('c')
    const placeholder = open(values).pseudonyms.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')
    const { pseudonyms } = open(values)
    // the same conversation, the value in it too: the client has the tag from somewhere
    const masked = pseudonyms.mask(`ada@example.org, say ${placeholder}`, [
      { start: 0, end: 15, type: 'EMAIL_ADDRESS' },
    ])
    expect(masked).toBe(`${placeholder}, say ${placeholder}`)
    expect(pseudonyms.reidentify(placeholder)).toBe(placeholder)
  })

  it('gives nothing back that this request did not bring', () => {
    const values = valuesOf('c')
    const placeholder = open(values).pseudonyms.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')
    expect(open(values).pseudonyms.reidentify(placeholder)).toBe(placeholder)
  })

  it('returns, keeps or forgets a value as it is told', () => {
    const { pseudonyms, kept } = open()
    const returned = pseudonyms.placeholderOf('PERSON', 'Ada')
    const hidden = pseudonyms.placeholderOf('PERSON', 'Bo', 'kept')
    const gone = pseudonyms.placeholderOf('API_KEY', 'k', 'forgotten')
    expect(pseudonyms.reidentify(`${returned} ${hidden} ${gone}`)).toBe(`Ada ${hidden} ${gone}`)
    expect(kept.map(({ value }) => value)).toEqual(['Ada', 'Bo'])
  })
})

/** Small, fast and the same each time: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('reidentifier', () => {
  it('says in any pieces what it says in one', () => {
    const random = randomOf(1)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
    for (let round = 0; round < 400; round += 1) {
      const { pseudonyms } = open()
      const placeholders = ['ada@x.org', 'b"o"', 'C\nD'].map(value =>
        pseudonyms.placeholderOf('PERSON', value),
      )
      const parts = [
        ...placeholders,
        ...placeholders.map(one => one.slice(1, -1)),
        ...placeholders.map(one => one.replaceAll('_', String.raw`\_`)),
        ...placeholders.map(one => `\\u003c${one.slice(1, -1)}\\u003e`),
        ...placeholders.map(one => one.slice(0, Math.floor(random() * one.length))),
        '<',
        '>',
        ' ',
        'P',
        '_',
        '\\',
        'a word ',
        '\u{1f600}',
      ]
      const text = Array.from({ length: 12 }, () => pick(parts)).join('')
      const form = pick(['text', 'json'] as const)
      const reidentifier = pseudonyms.reidentifier(form)
      let pieces = ''
      for (let at = 0; at < text.length;) {
        const end = at + 1 + Math.floor(random() * 9)
        pieces += reidentifier.push(text.slice(at, end))
        at = end
      }
      expect(pieces + reidentifier.end()).toBe(pseudonyms.reidentify(text, form))
    }
  })

  it('holds nothing back that cannot be one of its placeholders', () => {
    const { pseudonyms } = open()
    const placeholder = pseudonyms.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')
    const reidentifier = pseudonyms.reidentifier()
    for (const piece of ['Hello', ' <b>you', ' <EMAIX', ' a EMA b', '<P', 'xE'])
      expect(reidentifier.push(piece)).toBe(piece)
    expect(reidentifier.push(` ${placeholder.slice(0, 9)}`)).toBe(' ')
    expect(reidentifier.push(placeholder.slice(9))).toBe('ada@example.org')
    expect(reidentifier.end()).toBe('')
  })

  it('passes everything at once where nothing was masked', () => {
    const reidentifier = open().pseudonyms.reidentifier()
    expect(reidentifier.push('<EMAIL_ADDRESS_1f')).toBe('<EMAIL_ADDRESS_1f')
    expect(namesIn('<EMAIL_ADDRESS_1f3a9c>')).toHaveLength(1)
  })
})
