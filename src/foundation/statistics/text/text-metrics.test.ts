import { describe, expect, it } from 'bun:test'
import known from './__fixtures__/reference-scores.json'
import more from './__fixtures__/more-reference-scores.json'
import langfair from './__fixtures__/langfair-counterfactual.json'
import { type BleuOptions, corpusBleu, sentenceBleu } from './bleu.ts'
import { chrf } from './chrf.ts'
import { editDistance, editSimilarity } from './edit-distance.ts'
import { createRandom } from '../random.ts'
import { rouge } from './rouge.ts'
import { cosine, jaccard, normaliseAnswer, tokenOverlap } from './similarity.ts'
import { stemWord } from './stem.ts'
import { asciiTokens, characterTokens, internationalTokens, stemmedTokens, wordTokens } from './tokens.ts'

describe('BLEU, chrF and ROUGE', () => {
  it('are what the usual packages compute', () => {
    for (const one of known.cases) {
      const { answer, reference } = one
      expect(sentenceBleu(answer, [reference])).toBeCloseTo(one.bleu, 10)
      expect(chrf(answer, reference)).toBeCloseTo(one.chrf, 10)
      expect(chrf(answer, reference, 2)).toBeCloseTo(one.chrfpp, 10)
      for (const kind of ['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'] as const)
        expect(rouge(answer, reference, kind, asciiTokens).f).toBeCloseTo(one[kind], 10)
    }
    const pairs = known.cases.map(({ answer, reference }) => ({ answer, references: [reference] }))
    expect(corpusBleu(pairs)).toBeCloseTo(known.corpus_bleu, 10)
    const references = ['the lamp arrived broken', 'today the lamp came broken']
    expect(sentenceBleu('the lamp arrived broken today', references)).toBeCloseTo(known.two_references, 10)
  })

  it('are what they compute with other tokens, other smoothing and stems', () => {
    for (const one of more.cases) {
      const { answer, reference } = one
      const bleu = (options: BleuOptions) => sentenceBleu(answer, [reference], options)
      expect(bleu({ tokenize: internationalTokens })).toBeCloseTo(one.intl, 10)
      expect(bleu({ tokenize: characterTokens })).toBeCloseTo(one.char, 10)
      expect(bleu({ smoothing: 'floor' })).toBeCloseTo(one.floor, 10)
      expect(bleu({ smoothing: 'add-1' })).toBeCloseTo(one['add-k'], 10)
      for (const kind of ['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'] as const)
        expect(rouge(answer, reference, kind, stemmedTokens).f).toBeCloseTo(one[kind], 10)
    }
    for (const [word, stem] of Object.entries(more.stems))
      expect(`${word} ${stemWord(word)}`).toBe(`${word} ${stem}`)
  })

  it('are what LangFair computes of its counterfactual pairs', () => {
    // NLTK's tokens of these texts: lower case, `'s` and marks cut off
    const tokenize = (text: string) => text.toLowerCase().match(/'s|[a-z]+|[.,!?]/g) ?? []
    const mean = (of: (first: string, second: string) => number): number =>
      (of(langfair.text1[0]!, langfair.text2[0]!) + of(langfair.text1[1]!, langfair.text2[1]!)) / 2
    const bleu = (first: string, second: string): number => {
      const options = { tokenize, smoothing: 'floor' } as const
      return Math.min(sentenceBleu(first, [second], options), sentenceBleu(second, [first], options))
    }
    expect(mean(bleu)).toBeCloseTo(langfair.bleu, 10)
    expect(mean((first, second) => rouge(second, first, 'rouge-l', stemmedTokens).f)).toBeCloseTo(
      langfair.rougeL,
      10,
    )
  })

  it('are 1 for what is the same in any script, and 0 for what shares nothing', () => {
    for (const text of [
      'Guten Tag, wie geht es Ihnen?',
      '今日はいい天気ですね',
      'Где моя посылка сегодня?',
      'สวัสดีครับผม',
    ]) {
      expect(rouge(text, text, 'rouge-l').f).toBe(1)
      expect(chrf(text, text)).toBeCloseTo(1, 12)
      expect(tokenOverlap(text, text).f).toBe(1)
      expect(jaccard(text, text)).toBe(1)
      expect(rouge(text, 'xyz', 'rouge-1').f).toBe(0)
    }
    expect(rouge('今日はいい天気', '今日は悪い天気', 'rouge-l').f).toBeGreaterThan(0.7)
  })

  it('take no answer, and no reference', () => {
    for (const [answer, reference] of [
      ['', 'x'],
      ['x', ''],
      ['', ''],
    ] as const) {
      expect(sentenceBleu(answer, [reference])).toBe(0)
      expect(chrf(answer, reference)).toBe(0)
      for (const kind of ['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'] as const)
        expect(rouge(answer, reference, kind)).toEqual({ precision: 0, recall: 0, f: 0 })
    }
  })
})

describe('editDistance', () => {
  it('counts what has to be changed', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance(['a', 'lamp'], ['the', 'lamp'])).toBe(1)
    expect(editSimilarity('abcd', 'abxd')).toBe(0.75)
    expect(editSimilarity('', '')).toBe(1)
    // an emoji is one character
    expect(editSimilarity('a👍', 'a👎')).toBe(0.5)
  })

  it('is what the plain table gives, over lengths around 32 and 64', () => {
    const random = createRandom('edit distance', 3)
    for (let round = 0; round < 300; round += 1) {
      const draw = (): string[] =>
        Array.from({ length: Math.floor(random.next() * 100) }, () => 'abcd'.charAt(random.next() * 4))
      const [a, b] = [draw(), draw()]
      expect(editDistance(a, b)).toBe(plainDistance(a, b))
    }
  })

  it('is a distance: symmetric, and never longer by a detour', () => {
    const texts = ['lamp', 'lamps', 'clamp', 'stamp', '', 'plum', 'lapm']
    for (const a of texts)
      for (const b of texts) {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        for (const c of texts)
          expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
      }
  })
})

describe('similarities', () => {
  it('compare answers as SQuAD does', () => {
    expect(normaliseAnswer('The  Eiffel-Tower, Paris!')).toBe('eiffeltower paris')
    expect(tokenOverlap('The lamp is broken', 'a broken lamp').f).toBeCloseTo(0.8, 12)
    expect(wordTokens('Don’t stop: café №5')).toEqual(['don', 't', 'stop', 'café', '5'])
  })

  it('take vectors of any length', () => {
    expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12)
    expect(cosine([0, 0], [1, 1])).toBe(0)
  })
})

/** Wagner and Fischer, as they wrote it. */
function plainDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, item] of a.entries()) {
    const next = [i + 1]
    for (const [j, other] of b.entries())
      next.push(Math.min(row[j]! + (item === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    row = next
  }
  return row.at(-1)!
}
