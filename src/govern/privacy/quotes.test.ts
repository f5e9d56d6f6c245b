import { describe, expect, it } from 'bun:test'
import { Failure } from '../../foundation/platform/index.ts'
import { describeWithoutQuotes, QuoteSource } from './quotes.ts'

const request = {
  model: 'chat',
  messages: [{ role: 'user', content: 'My number is 4111 1111 1111 1111, call me Zaphod.' }],
  temperature: 3,
}

function said(text: string): string {
  return new QuoteSource(request).without(text)
}

describe('without', () => {
  it.each([
    [
      'The content "My number is 4111 1111 1111 1111, call me Zaphod." was refused.',
      'The content "[…]" was refused.',
    ],
    ['Blocked: 4111 1111 1111 1111 looks like a card.', 'Blocked:[…] looks like a card.'],
    ["Unknown name 'Zaphod' in messages[0].", "Unknown name '[…]' in messages[0]."],
    ["'temperature' must be between 0 and 2.", "'temperature' must be between 0 and 2."],
    ['Zaphod', 'Zaphod'],
  ])('makes of %p', (text, expected) => {
    expect(said(text)).toBe(expected)
  })

  it('finds a quote wherever it stands, and in whatever it is cut into', () => {
    const secret = 'correct horse battery staple'
    const source = new QuoteSource({ input: [`before ${secret} after`] })
    for (let shift = 0; shift < 12; shift += 1) {
      const text = `${'#'.repeat(shift)}${secret.slice(shift, shift + 16)}${'#'.repeat(12 - shift)}`
      expect(source.without(text)).not.toContain(secret.slice(shift, shift + 12))
    }
  })

  it('keeps nothing where the request is too long to compare with, and is quick where it is long', () => {
    const long = new QuoteSource({ input: 'x'.repeat(300_000) })
    expect(long.without('The secret is out.')).toStartWith('[not kept')
    const startedAt = performance.now()
    new QuoteSource({ input: 'abcdef ghijkl '.repeat(18_000) }).without('abcdef ghijkl? '.repeat(200))
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})

describe('describeWithoutQuotes', () => {
  it('looks through message, stack, details and causes', () => {
    const text = request.messages[0]!.content
    const cause = new Error(`HTTP 400: ${text}`, { cause: new SyntaxError(`Unexpected "Zaphod"`) })
    const failure = new Failure('upstream_rejected', `No: ${text}`, {
      cause,
      details: { upstreamCode: 'bad' },
    })
    const described = JSON.stringify(describeWithoutQuotes(failure, request))
    expect(described).not.toContain('4111')
    expect(described).not.toContain('Zaphod')
    expect(described).toContain('"message":"No: […]"')
    expect(described).toContain('quotes.test.ts')
    expect(described).toContain('"upstreamCode":"bad"')
  })

  it('says nothing that could be quoted where it does not know the request, and all of a refusal by a limit', () => {
    const unknown = JSON.stringify(
      describeWithoutQuotes(new Failure('invalid_request', 'No: Zaphod'), undefined),
    )
    expect(unknown).not.toContain('Zaphod')
    expect(unknown).toContain('"code":"invalid_request"')
    const limit = describeWithoutQuotes(new Failure('rate_limited', 'The limit is reached.'), undefined)
    expect(limit).toMatchObject({ message: 'The limit is reached.' })
  })
})
