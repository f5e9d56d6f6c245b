import { describe, expect, it } from 'bun:test'
import { expectLocal, expectOpenFrom, seeded, someOf } from '../../../../test/guardrails/check-contract.ts'
import type { Check, CheckKind } from '../check.ts'
import { denyListKind } from './deny-list.ts'
import { exfiltrationKind } from './exfiltration.ts'
import { patternKind } from './pattern.ts'

/** A check with what makes texts hard for it. */
interface Case {
  readonly name: string
  readonly check: Check
  readonly maxSpan: number
  readonly fragments: readonly string[]
}

function caseOf<T>(kind: CheckKind<T>, parameters: unknown, fragments: readonly string[]): Case {
  const { name, maxSpan } = kind.manifest
  if (typeof maxSpan !== 'number') throw new Error(`${name} has no bound`)
  return { name, check: kind.create(kind.manifest.parameters.parse(parameters)), maxSpan, fragments }
}

const filler = [
  'lorem ',
  'ipsum. ',
  '\n',
  'naïve ',
  '日本',
  ' ',
  'x'.repeat(300),
  '😀',
  '\u200b',
  'e',
  '\u0301',
]

const cases: readonly Case[] = [
  caseOf(
    denyListKind,
    { terms: ['secret project', 'project x', 'café', 'x project', 'a', '東京'] },
    ['secret', ' project', ' x', ' project x', 'cafe\u0301', 'caf', 'é', '東', '京', 'а', 'a ', 'sec\u200bret', '  '],
  ),
  caseOf(
    denyListKind,
    { terms: ['abc', 'bcd', 'cde', 'abcde', 'b'], match: 'anywhere' },
    ['a', 'b', 'c', 'd', 'e', 'abc', 'cde', 'ab\u200dc'],
  ),
  caseOf(
    patternKind,
    {
      patterns: [
        { name: 'ORDER', pattern: '\\border-\\d{2,6}\\b' },
        { name: 'PAIR', pattern: '\\d{2} ?[a-z]{2}' },
        { name: 'LINE', pattern: '^> \\w+$' },
        { name: 'OPEN', pattern: 'code \\w+' },
      ],
    },
    ['order-', '12', '3456', 'ab', ' ', '\n> ', 'code ', 'Order-77', 'q', '12ab34cd'],
  ),
  caseOf(patternKind, { patterns: [{ name: 'DIGITS', pattern: '\\d{3}' }] }, ['1', '22', '333', '7'.repeat(40), ...Array<string>(90).fill('4'), 'x', '5'.repeat(300)]),
  caseOf(
    exfiltrationKind,
    { allowedDomains: ['ours.example'] },
    [
      '![', '[', 'a]', '](', '](https://evil.example/p.png)', 'https://evil.example/?q=', 'SGVsbG8gd29ybGQxMjM0NTY3ODkw', ')',
      '<img src="', '//evil.example/a.png">', '<a href=', '>', '<', '![x](https://ours.example/y)', ']: ', 'www.', 'data:image/png;base64,',
      '](  <', '[b](\n', 'https://evil.example/a.png', '<script', 'onload=', '!', 'ht', 'tps://',
    ],
  ),
] // prettier-ignore

describe('checks with a bound', () => {
  for (const [index, { name, check, maxSpan, fragments }] of cases.entries()) {
    it(`${name} (${index}) looks no further than its bound`, () => {
      const random = seeded(index + 1)
      for (let round = 0; round < 8; round += 1) {
        const dense = someOf(fragments, 900, random)
        expectLocal(check, maxSpan, dense)
        expectLocal(check, maxSpan, someOf([...fragments, ...filler, ...filler], 400, random))
      }
    })

    it(`${name} (${index}) says from where a stream is open`, () => {
      const random = seeded(index + 101)
      for (let round = 0; round < 60; round += 1) {
        const text = someOf(round % 2 ? fragments : [...fragments, ...filler], 24, random)
        const lengths = Array.from({ length: 30 }, () => Math.floor(random() * (text.length + 1)))
        expectOpenFrom(check, text, lengths)
      }
    })
  }

  it('release plain words at once, up to the last one', () => {
    const text = 'The parcel left our warehouse in Leipzig this morning and will be'
    for (const { check } of cases.slice(0, 2))
      expect(check.openFrom?.(text)).toBeGreaterThan(text.length - 12)
    expect(cases.at(-1)?.check.openFrom?.(text)).toBe(text.length - 2)
  })
})
