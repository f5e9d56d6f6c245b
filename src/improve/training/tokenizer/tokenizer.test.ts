import { describe, expect, it } from 'bun:test'
import { createTokenizer, readTokenizer } from './tokenizer.ts'
import { mergePair, trainMerges } from './train-merges.ts'

const texts = [
  'low low low low low lower lower newest newest newest newest newest newest widest widest widest',
]

describe('trainMerges', () => {
  it('merges the most frequent pair first, as in the paper’s example', () => {
    expect(trainMerges(texts, 4)).toEqual([
      ['e', 's'],
      ['es', 't'],
      ['l', 'o'],
      ['lo', 'w'],
    ])
  })

  it('joins digits in pairs and to nothing else', () => {
    const merges = trainMerges(['4821 4821 4821 48210 a1 a1 a1'], 120)
    expect(merges.slice(0, 100)).toContainEqual(['4', '8'])
    expect(
      merges
        .slice(100)
        .flat()
        .filter(piece => /\d/.test(piece)),
    ).toEqual([])
  })

  it('stops where nothing repeats', () => {
    expect(trainMerges(['abc'], 10).length).toBeLessThan(10)
  })
})

describe('mergePair', () => {
  it('takes overlapping pairs from the left', () => {
    expect(mergePair(['a', 'a', 'a'], ['a', 'a'])).toEqual(['aa', 'a'])
  })
})

describe('createTokenizer', () => {
  const tokenizer = createTokenizer(trainMerges(texts, 20))

  it.each([
    'lower newest',
    '  two\tspaces\n',
    'Ünïcödé — 你好 👩‍👩‍👧',
    '',
    '\u0000\u{10ffff}',
    '<|end|> is only text',
  ])('gives %p back', text => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })

  it('reads no special token from text', () => {
    const first = tokenizer.tokens.length - 4
    expect(tokenizer.encode('<|input|><|output|>').every(id => id < first)).toBe(true)
    expect(tokenizer.special('<|end|>')).toBe(first)
  })

  it('writes a lone surrogate as the replacement character', () => {
    expect(tokenizer.decode(tokenizer.encode('a\ud800b'))).toBe('a\ufffdb')
  })

  it('comes back from its JSON', () => {
    const again = readTokenizer(JSON.stringify(tokenizer.merges))
    expect(again.tokens).toEqual(tokenizer.tokens)
    expect(() => readTokenizer('{"a":1}')).toThrow(/list of pairs/)
  })
})
