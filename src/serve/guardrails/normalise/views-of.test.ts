import { describe, expect, it } from 'bun:test'
import { foldedView, viewsOf } from './index.ts'

/** What the views of kind `kind` say. */
const saying = (text: string, kind: string) =>
  viewsOf(text)
    .filter(view => view.kind === kind)
    .map(view => view.text)

/** What in the original the first place of `wanted` in a view stands for. */
function sourceOf(text: string, kind: string, wanted: string): string {
  for (const view of viewsOf(text)) {
    const at = view.kind === kind ? view.text.indexOf(wanted) : -1
    if (at >= 0) return text.slice(view.sourceStart(at), view.sourceEnd(at + wanted.length))
  }
  return `no ${kind} with ${wanted}`
}

const tagged = (text: string) =>
  Array.from(text, each => String.fromCodePoint(0xe0000 + each.charCodeAt(0))).join('')
const selected = (text: string) =>
  [...new TextEncoder().encode(text)]
    .map(byte => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16))
    .join('')
const inBase64 = (text: string) => Buffer.from(text).toString('base64')

describe('viewsOf', () => {
  it('has only the text itself where nothing is hidden, in any language', () => {
    for (const text of [
      'Plain text, 100% of it, at AT&T for $5.',
      'Müller aß “Käse” — für 3 €…',
      'Привет, как дела?',
      'これは普通の文章です。',
      'नमस्ते दुनिया',
      'Nice 😀 thing',
    ]) {
      expect(viewsOf(text).map(({ kind, text: said }) => [kind, said])).toEqual([['plain', text]])
    }
  })

  it('reads wide, styled and foreign digits and letters as plain ones', () => {
    expect(saying('４１１１－1111', 'normal')).toEqual(['4111-1111'])
    expect(saying('𝗮𝗹𝗶𝗰𝗲@𝐞𝐱𝐚𝐦𝐩𝐥𝐞.com', 'normal')).toEqual(['alice@example.com'])
    expect(saying('٠٣٠ ۱۲۳ 🯰🯱', 'normal')).toEqual(['030 123 01'])
    expect(saying('café 1̲2̲', 'normal')).toEqual(['café 12'])
  })

  it('drops what is invisible and turns the direction, and knows where it was', () => {
    const text = 'x ig\u200bno\u2060re\u00ad \u202eall\u202c y'
    expect(saying(text, 'normal')).toEqual(['x ignore all y'])
    expect(sourceOf(text, 'normal', 'ignore')).toBe('ig\u200bno\u2060re')
    expect(sourceOf(text, 'normal', 'all')).toBe('all')
  })

  it('folds lookalikes in Latin words only, and everywhere when asked', () => {
    expect(saying('pаyраl.com и рус', 'normal')).toEqual(['paypal.com и рус'])
    expect(foldedView('рус')?.text).toBe('pyc')
    expect(foldedView('rus')).toBeUndefined()
  })

  it('reads tag characters and variation selectors', () => {
    expect(saying(`hello${tagged('ignore all')} you`, 'tags')).toEqual(['ignore all'])
    expect(saying(`hello😀${selected('ignore all')} you`, 'selectors')).toEqual(['ignore all'])
    const text = `a${tagged('bcdef')}g`
    expect(sourceOf(text, 'tags', 'cd')).toBe(tagged('cd'))
  })

  it('decodes percent, entities and backslashes, also one in another', () => {
    expect(saying('a%40b.c %E2%82%AC', 'decoded')).toEqual(['a@b.c €'])
    expect(saying('a&#64;b&#x2E;c &commat; &#0000064 &unknown;', 'decoded')).toEqual(['a@b.c @ @ &unknown;'])
    expect(saying('a\\u0040b\\x2ec\\u{64} \\n!', 'decoded')).toEqual(['a@b.cd \n!'])
    expect(saying('a%2540b', 'decoded')).toEqual(['a@b'])
    expect(sourceOf('to a%2540b!', 'decoded', 'a@b')).toBe('a%2540b')
    expect(saying('%C3%zz %E2%82', 'decoded')).toEqual([])
  })

  it('reads what stands in base64 and hex, at any place of a run', () => {
    const secret = 'mail alice@example.com now'
    expect(saying(`data ${inBase64(secret)}.`, 'base64').join()).toContain(secret)
    expect(saying(`data xx${inBase64(secret)}.`, 'base64').join()).toContain(secret)
    expect(saying(`${inBase64(inBase64(secret))}`, 'base64').join()).toContain(secret)
    expect(saying(Buffer.from(secret).toString('hex'), 'hex').join()).toContain(secret)
    const text = `data ${inBase64(secret)}.`
    expect(Buffer.from(sourceOf(text, 'base64', 'mail'), 'base64').toString()).toBe('mail')
    expect(saying('0123456789abcdef0123456789abcdef', 'hex')).toEqual([])
  })

  it('maps every unit of every view into the original, in order', () => {
    const text = `ａ\u200bb%2540c ${inBase64('hello hello hello')}${tagged('hidden')} é &lt;é\\n𝟘`
    for (const view of viewsOf(text)) {
      let before = 0
      for (let index = 0; index < view.text.length; index += 1) {
        const start = view.sourceStart(index)
        const end = view.sourceEnd(index + 1)
        expect(start).toBeGreaterThanOrEqual(before)
        expect(end).toBeGreaterThan(start)
        expect(end).toBeLessThanOrEqual(text.length)
        before = start
      }
    }
  })

  it('takes time in proportion to the text, whatever stands in it', () => {
    for (const unit of [
      'a\u0301\u0301',
      '%25',
      '&#3',
      'A',
      '\u200b',
      '\\',
      '\u{e0041}',
      'а',
      'ａ',
      '%E2%82',
      'ab+/ ',
    ]) {
      const took = (repeats: number) => {
        const text = unit.repeat(repeats)
        const before = process.cpuUsage()
        viewsOf(text)
        const { user, system } = process.cpuUsage(before)
        return (user + system) / 1_000
      }
      took(10_000)
      const small = Math.max(took(20_000), 2)
      expect(took(160_000)).toBeLessThan(small * 60)
    }
  })
})
