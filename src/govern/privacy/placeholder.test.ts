import { describe, expect, it } from 'bun:test'
import { findPlaceholders, namesIn, normalise, plainType } from './placeholder.ts'

function replace(text: string): string {
  const known = (name: string) => (name === 'EMAIL_ADDRESS_1f3a9c' ? 'ada@example.org' : undefined)
  return findPlaceholders(text, known).reduceRight(
    (given, { start, end, value }) => given.slice(0, start) + value + given.slice(end),
    text,
  )
}

describe('findPlaceholders', () => {
  it.each([
    ['write to <EMAIL_ADDRESS_1f3a9c>.', 'write to ada@example.org.'],
    ['write to EMAIL_ADDRESS_1f3a9c', 'write to ada@example.org'],
    [String.raw`write to <EMAIL\_ADDRESS\_1f3a9c>`, 'write to ada@example.org'],
    [String.raw`"to \u003cEMAIL_ADDRESS_1f3a9c\u003E"`, '"to ada@example.org"'],
    ['[mail](mailto:EMAIL_ADDRESS_1f3a9c)', '[mail](mailto:ada@example.org)'],
    ['<b>EMAIL_ADDRESS_1f3a9c</b>', '<b>ada@example.org</b>'],
    ['<EMAIL_ADDRESS_1f3a9c/>', '<ada@example.org/>'],
    ['<EMAIL_ADDRESS_1f3a9c><EMAIL_ADDRESS_1f3a9c>', 'ada@example.orgada@example.org'],
  ])('understands %p', (text, expected) => {
    expect(replace(text)).toBe(expected)
  })

  it.each([
    '<EMAIL_ADDRESS_1f3a9d>',
    'MY_EMAIL_ADDRESS_1f3a9c',
    'EMAIL_ADDRESS_1f3a9cc',
    'EMAIL_ADDRESS_1f3a9c_X',
    'email_address_1f3a9c',
    '<EMAIL_ADDRESS>',
  ])('leaves %p', text => {
    expect(replace(text)).toBe(text)
  })

  it('takes a megabyte of what almost is one in its stride', () => {
    const text = 'A_'.repeat(250_000) + '_1f3a9c '.repeat(60_000)
    const startedAt = performance.now()
    replace(text)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})

describe('namesIn', () => {
  it('finds each, known or not', () => {
    expect(namesIn('<A_000000> and B_C_ffffff, not c_123456')).toEqual(['A_000000', 'B_C_ffffff'])
  })
})

describe('normalise', () => {
  it('takes off what says nothing, by type', () => {
    expect(normalise('EMAIL_ADDRESS', ' Ada@Example.ORG')).toBe('ada@example.org')
    expect(normalise('PHONE_NUMBER', '+49 (30) 12-34')).toBe('+49301234')
    expect(normalise('IBAN_CODE', 'de89 3704')).toBe('DE893704')
    expect(normalise('PERSON', 'Ada  Lovelace')).toBe('Ada Lovelace')
  })

  it('tells secrets apart by their case', () => {
    expect(normalise('API_KEY', 'aB')).not.toBe(normalise('API_KEY', 'ab'))
  })
})

describe('plainType', () => {
  it('makes a name of anything', () => {
    expect(plainType('customer-number')).toBe('CUSTOMER_NUMBER')
    expect(plainType('9 lives')).toBe('LIVES')
    expect(plainType('ключ')).toBe('VALUE')
    expect(plainType('X'.repeat(90))).toHaveLength(40)
  })
})
