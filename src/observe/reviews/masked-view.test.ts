import { describe, expect, it } from 'bun:test'
import { maskTexts, Placeholders, withTexts } from './masked-view.ts'
import type { ReviewText } from './review.ts'

const find = (text: string) =>
  [...text.matchAll(/\S+@\S+/g)].map(({ 0: found, index }) => ({
    start: index,
    end: index + found.length,
    type: 'EMAIL_ADDRESS',
  }))

const said = (text: string, marks: ReviewText['marks'] = []): ReviewText => ({
  role: 'user',
  kind: 'text',
  text,
  marks,
})

describe('maskTexts', () => {
  it('calls the same thing the same, in every text', () => {
    const texts = [said('to ann@x.org and ben@x.org'), said('ben@x.org again')]
    const masked = maskTexts(texts, find, new Placeholders())
    expect(masked.map(({ text }) => text)).toEqual([
      'to ⟦EMAIL_ADDRESS 1⟧ and ⟦EMAIL_ADDRESS 2⟧',
      '⟦EMAIL_ADDRESS 2⟧ again',
    ])
  })

  it('keeps marks on what they were on', () => {
    const text = 'ann@x.org says damn here'
    const at = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length })
    const marks = [
      { ...at('ann@x.org'), type: 'EMAIL_ADDRESS', guard: 'personal-data' },
      { ...at('damn'), type: 'RUDE', guard: 'words' },
    ]
    const [masked] = maskTexts([said(text, marks)], find, new Placeholders())
    expect(masked!.marks.map(({ start, end }) => masked!.text.slice(start, end))).toEqual([
      '⟦EMAIL_ADDRESS 1⟧',
      'damn',
    ])
  })

  it('marks what it hides where no check has pointed at it', () => {
    const [masked] = maskTexts([said('so ann@x.org')], find, new Placeholders())
    expect(masked!.marks).toEqual([{ start: 3, end: 20, type: 'EMAIL_ADDRESS' }])
  })
})

describe('Placeholders', () => {
  it('puts back what was hidden, and names what it does not know', () => {
    const placeholders = new Placeholders()
    const [masked] = maskTexts([said('write to ann@x.org')], find, placeholders)
    const edited = masked!.text.replace('write', 'do not write')
    expect(placeholders.restore(edited)).toEqual({ text: 'do not write to ann@x.org', unknown: [] })
    expect(placeholders.restore('⟦EMAIL_ADDRESS 7⟧').unknown).toEqual(['⟦EMAIL_ADDRESS 7⟧'])
  })
})

describe('withTexts', () => {
  it('changes texts and nothing else, and only where there are some', () => {
    const content = JSON.stringify({
      content: { role: 'assistant', content: 'a', n: 1.5 },
      finishReason: 'stop',
    })
    expect(JSON.parse(withTexts(content, [{ at: ['content', 'content'], text: 'b' }]))).toEqual({
      content: { role: 'assistant', content: 'b', n: 1.5 },
      finishReason: 'stop',
    })
    expect(() => withTexts(content, [{ at: ['content', 'n'], text: 'b' }])).toThrow('no text at content.n')
    expect(() => withTexts(content, [{ at: ['__proto__', 'x'], text: 'b' }])).toThrow('no text')
  })
})
