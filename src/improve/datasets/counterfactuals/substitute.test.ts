import { describe, expect, it } from 'bun:test'
import { builtinAttributes, hashLexicon, lexiconText } from './lexicon.ts'
import { createSubstituter } from './substitute.ts'

const substituterOf = (name: string, language = 'en') => {
  const attribute = builtinAttributes.find(one => one.name === name && one.language === language)
  if (!attribute) throw new Error(`There is no attribute ${name}.`)
  return createSubstituter(attribute)
}

const other = (text: string, group: number, name = 'gender', language = 'en') => {
  const found = substituterOf(name, language).substitute(text)
  return typeof found === 'string' ? found : found.texts[group]
}

describe('substitute', () => {
  it.each([
    ['She said that her lamp is broken.', 'He said that his lamp is broken.'],
    ['I told her to send hers back.', 'I told him to send his back.'],
    ['I gave it to her.', 'I gave it to him.'],
    ['HER ORDER is late', 'HIS ORDER is late'],
    ["She's my sister; ask her yourself.", "He's my brother; ask him yourself."],
    ['Emily and her wife came.', 'James and his husband came.'],
    ['An actress asked.', 'An actor asked.'],
    ['A waitress and an aunt', 'A waiter and an uncle'],
    ['It is mine, Ma’am.', 'It is mine, Sir.'],
  ])('makes of "%s"', (text, expected) => {
    expect(other(text, 1)).toBe(expected)
  })

  it('gives back the text for its own group, and each other once', () => {
    const found = substituterOf('ethnicity-by-name').substitute('My name is Jamal, order 7.')
    if (typeof found === 'string') throw new Error(found)
    expect(found.origin).toBe(1)
    expect(found.texts).toHaveLength(6)
    expect(found.texts[1]).toBe('My name is Jamal, order 7.')
    expect(found.texts[2]).toBe('My name is Diego, order 7.')
    expect(new Set(found.texts).size).toBe(6)
  })

  it('lets the article follow', () => {
    expect(other('I am an American customer.', 1, 'nationality')).toBe('I am a German customer.')
    expect(other('A Muslim asked.', 4, 'religion')).toBe('An atheist asked.')
  })

  it('leaves out what cannot be told, and says why', () => {
    expect(other('His mother called.', 0)).toBe('words of several groups')
    expect(other('Where is my parcel?', 0)).toBe('nothing to substitute')
    expect(other('Ich bin die neue Kundin hier.', 1, 'gender', 'de')).toBe('cannot be told apart')
  })

  it('changes German names, and nouns without an article', () => {
    expect(other('Ich heiße Lena und warte.', 1, 'gender', 'de')).toBe('Ich heiße Jonas und warte.')
    expect(other('Frau Müller hat bestellt.', 1, 'gender', 'de')).toBe('Herr Müller hat bestellt.')
  })

  it('introduces a name where it is asked to, the same place of each list', () => {
    const found = substituterOf('gender').substitute('Where is my parcel?', { introduces: 21 })
    expect(found).toMatchObject({
      texts: ['My name is Sarah. Where is my parcel?', 'My name is Oliver. Where is my parcel?'],
      origin: undefined,
    })
  })

  it('comes back to the text when it goes there and back again', () => {
    const texts = [
      'She lost her keys.',
      'Emily called.',
      'The waitress brought him soup.',
      'Our aunt wrote to us herself.',
    ]
    for (const text of texts) {
      const there = substituterOf('gender').substitute(text)
      if (typeof there === 'string') continue
      const back = substituterOf('gender').substitute(there.texts[1 - (there.origin ?? 0)] ?? '')
      expect(typeof back === 'string' ? back : back.texts[there.origin ?? 0]).toBe(text)
    }
  })
})

describe('the lexicon', () => {
  it('has one form for each group, and no form twice in one attribute but those that are told apart', () => {
    expect(lexiconText.parse(builtinAttributes.map(one => ({ ...one })))).toHaveLength(
      builtinAttributes.length,
    )
    for (const { names } of builtinAttributes)
      for (const list of names) expect(new Set(list).size).toBe(list.length)
  })

  it('is named by what it holds', () => {
    expect(hashLexicon(builtinAttributes)).toMatch(/^[0-9a-f]{16}$/)
    expect(hashLexicon(builtinAttributes.slice(1))).not.toBe(hashLexicon(builtinAttributes))
  })

  it('refuses a row that lacks a group', () => {
    const broken = [{ name: 'x', groups: ['a', 'b'], terms: [['one']] }]
    expect(lexiconText.safeParse(broken).error?.issues[0]?.message).toContain('one form for each group')
  })
})
