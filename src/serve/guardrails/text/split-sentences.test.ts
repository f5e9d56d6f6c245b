import { describe, expect, it } from 'bun:test'
import { splitSentences } from './split-sentences.ts'

const sentencesOf = (text: string): string[] =>
  splitSentences(text).map(({ start, end }) => text.slice(start, end))

describe('splitSentences', () => {
  it('ends sentences where readers do, in several languages', () => {
    const cases: readonly (readonly string[])[] = [
      ['Dr. Smith paid $3.50 for it.', 'He came at 5 p.m. on Monday, e.g. by train.', 'Why?'],
      ['Die Lieferung kommt am 3. Mai, z.B. per Post.', 'Sie kostet ca. 4,90 Euro!', 'Alles klar?'],
      ['M. Dupont habite à Lyon.', 'Il a dit « non ».', 'Puis il est parti…'],
      ['El Sr. García llegó a las 3.', '¿Quién más vino?', '¡Nadie!'],
      ['Il dott. Rossi ha chiamato.', 'Costa 12.50 euro.'],
      ['J. R. R. Tolkien wrote it.', 'It has 1.216 pages.'],
      ['He said "no." Then he left.'],
      ['See https://example.com/a.b?c=d for more.', 'Version 2.1.0 is out!'],
    ]
    for (const sentences of cases.slice(0, 6))
      expect(sentencesOf(sentences.join(' '))).toEqual([...sentences])
    expect(sentencesOf(cases[6]!.join(' '))).toEqual(['He said "no."', 'Then he left.'])
    expect(sentencesOf(cases[7]!.join(' '))).toEqual([...cases[7]!])
  })

  it('needs no space where a script has none', () => {
    expect(sentencesOf('今天下雨。我们在家！你呢？')).toEqual(['今天下雨。', '我们在家！', '你呢？'])
    expect(sentencesOf('यह एक वाक्य है। यह दूसरा है।')).toEqual(['यह एक वाक्य है।', 'यह दूसरा है।'])
    expect(sentencesOf('هل هذا صحيح؟ نعم.')).toEqual(['هل هذا صحيح؟', 'نعم.'])
  })

  it('takes items, headings and paragraphs apart, and joins wrapped lines', () => {
    const text = '# Returns\n\nYou may return it within\n30 days.\n\n1. Print the label\n2. Send it\n- Done'
    expect(sentencesOf(text)).toEqual([
      'Returns',
      'You may return it within\n30 days.',
      'Print the label',
      'Send it',
      'Done',
    ])
  })

  it('never overlaps, and leaves out nothing that has letters or digits', () => {
    const pieces = [
      'a',
      'B',
      '.',
      '. ',
      '\n',
      '\n\n',
      '- ',
      '1. ',
      '"',
      '?!',
      '…',
      '。',
      'e.g. ',
      '3.5',
      '# ',
      ' ',
      '|',
      '😀',
    ]
    let state = 11
    const random = (): number => (state = (state * 48_271) % 2_147_483_647)
    for (let run = 0; run < 2_000; run += 1) {
      const text = Array.from({ length: random() % 14 }, () => pieces[random() % pieces.length]).join('')
      const spans = splitSentences(text)
      let at = 0
      let left = ''
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(at)
        expect(end).toBeGreaterThan(start)
        left += text.slice(at, start)
        at = end
      }
      left += text.slice(at)
      // what is between sentences are marks of lists only
      expect(left.replace(/(?:^|\n)\s*(?:(?:[-*•–+>]|\d{1,3}[.)]|#{1,6})\s+)+/g, '\n')).not.toMatch(
        /[\p{L}]/u,
      )
    }
  })
})
