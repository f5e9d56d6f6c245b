import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Finding } from '../check.ts'
import { citations } from './citations.ts'
import { support } from './support.ts'

const documents = [
  'Our shop is in Lyon. It opens at nine on weekdays and is closed on Sundays. See https://shop.example/hours for more.',
  'Orders above 50 euros are delivered free of charge within three days. Returns are accepted for 30 days.',
]
const scan = (text: string, given: readonly string[] = documents) =>
  ({ text, documents: given, stage: 'output', service: 's', tenant: 't' }) as const
const never = new AbortController().signal

describe('support', () => {
  const check = support.create(support.manifest.parameters.parse({}))
  const textsOf = (text: string): string[] =>
    ((check.scan(scan(text), never) as readonly Finding[]) ?? []).map(({ start, end }) =>
      text.slice(start, end),
    )

  it('finds numbers and names that no document has, and lets stand what is there', () => {
    expect(
      textsOf(
        'The shop is in Lyon. Returns are accepted for 90 days. Orders above 50 euros are delivered free of charge within 3 days. The shop is in Paris. Hello!',
      ),
    ).toEqual(['Returns are accepted for 90 days.', 'The shop is in Paris.'])
  })

  it('finds what negates a document, and what is said nowhere', () => {
    expect(textsOf('Returns are not accepted. The founder collects antique clocks.')).toEqual([
      'Returns are not accepted.',
      'The founder collects antique clocks.',
    ])
  })

  it('has nothing to say of questions, and nothing without documents', () => {
    expect(textsOf('Would you like to know more about antique clocks?')).toEqual([])
    expect(check.scan(scan('The shop is in Paris.', []), never)).toEqual([])
    expect(check.scan({ ...scan('The shop is in Paris.'), documents: undefined }, never)).toEqual([])
  })

  it('finds that there is nothing to compare with, where it is told to', () => {
    const strict = support.create(support.manifest.parameters.parse({ needsDocuments: true }))
    expect(strict.scan(scan('The shop is in Paris.', []), never)).toEqual([
      { start: 0, end: 21, type: 'NO_DOCUMENTS', score: 1 },
    ])
  })

  it('cannot tell of more than it reads', () => {
    const short = support.create(support.manifest.parameters.parse({ maxContextChars: 1_000 }))
    expect(() => short.scan(scan('The shop is in Paris.', ['Lyon. '.repeat(200)]), never)).toThrow(
      'more text',
    )
  })

  it('flags of the claims of bench/guardrails/groundedness what docs/guardrails-checks.md says', () => {
    const file = new URL('../../../../bench/guardrails/groundedness/claims.jsonl', import.meta.url)
    const flagged = { supported: 0, unsupported: 0 }
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const one = JSON.parse(line) as {
        split: string
        documents: string[]
        claims: { text: string; isSupported: boolean }[]
      }
      if (one.split !== 'test') continue
      for (const { text, isSupported } of one.claims) {
        const found = check.scan(scan(text, one.documents), never) as readonly Finding[]
        if (found.length > 0) flagged[isSupported ? 'supported' : 'unsupported'] += 1
      }
    }
    expect(flagged).toEqual({ supported: 1, unsupported: 26 })
  })

  it('names the document that is the nearest, and nothing of the text', () => {
    const [finding] = check.scan(scan('Returns are accepted for 90 days.'), never) as readonly Finding[]
    expect(finding).toMatchObject({
      type: 'UNSUPPORTED_CLAIM',
      reason: 'document 2 is the nearest: a number is not there',
    })
  })
})

describe('citations', () => {
  const findingsOf = (text: string, parameters: object = {}): string[] => {
    const check = citations.create(citations.manifest.parameters.parse(parameters))
    return (check.scan(scan(text), never) as readonly Finding[]).map(
      ({ start, end, type }) => `${type}: ${text.slice(start, end)}`,
    )
  }

  it('finds documents that there are not', () => {
    expect(findingsOf('The shop is in Lyon [1]. Returns are accepted for 30 days [2][7].')).toEqual([
      'CITATION_UNKNOWN: [7]',
    ])
    expect(findingsOf('The shop is in Lyon【3†source】.')).toEqual(['CITATION_UNKNOWN: 【3†source】'])
  })

  it('finds claims whose document says nothing of the kind', () => {
    expect(findingsOf('The shop is in Lyon. [2] Returns are accepted for 30 days [2].')).toEqual([
      'CITATION_UNSUPPORTED: The shop is in Lyon.',
    ])
  })

  it('finds words in quotation marks and addresses that no document has', () => {
    expect(
      findingsOf(
        'It says “Returns are accepted  for 30 days” and "refunds are paid within one hour of it". See https://shop.example/hours, not https://evil.example/?q=1.',
      ),
    ).toEqual([
      'QUOTE_NOT_FOUND: "refunds are paid within one hour of it"',
      'LINK_NOT_FOUND: https://evil.example/?q=1',
    ])
  })

  it('wants a mark on every claim where it is told so', () => {
    expect(
      findingsOf('The shop is in Lyon. Returns are accepted for 30 days [2].', { required: true }),
    ).toEqual(['CITATION_MISSING: The shop is in Lyon.'])
  })
})
