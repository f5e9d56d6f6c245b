import { describe, expect, it } from 'bun:test'
import { diffWords } from './diff-words.ts'
import { markedPieces } from './marked-pieces.ts'

describe('diffWords', () => {
  it('shows what was taken out and what was put in, and nothing else', () => {
    expect(diffWords('We refund you today, always.', 'We may refund you, always.')).toEqual([
      { kind: 'same', text: 'We ' },
      { kind: 'added', text: 'may ' },
      { kind: 'same', text: 'refund ' },
      { kind: 'removed', text: 'you today,' },
      { kind: 'added', text: 'you,' },
      { kind: 'same', text: ' always.' },
    ])
  })

  it('gives both texts back, whatever they are', () => {
    const texts = ['', 'a', 'a b', ' a  b\n', 'b a', 'x a b y', 'one two three one two']
    for (const before of texts)
      for (const after of texts) {
        const pieces = diffWords(before, after)
        const side = (without: string) =>
          pieces.filter(({ kind }) => kind !== without).map(({ text }) => text)
        expect(side('added').join('')).toBe(before)
        expect(side('removed').join('')).toBe(after)
      }
  })
})

describe('markedPieces', () => {
  const mark = (start: number, end: number) => ({ start, end, type: 'T', guard: null })

  it('cuts where marks begin and end, also where they overlap', () => {
    const pieces = markedPieces('abcdef', [mark(1, 4), mark(3, 5)])
    expect(pieces.map(({ text, marks }) => [text, marks.length])).toEqual([
      ['a', 0],
      ['bc', 1],
      ['d', 2],
      ['e', 1],
      ['f', 0],
    ])
  })

  it('leaves out marks that point outside of the text', () => {
    expect(markedPieces('ab', [mark(1, 9), mark(-1, 1)])).toEqual([{ text: 'ab', marks: [] }])
    expect(markedPieces('', [])).toEqual([])
  })
})
