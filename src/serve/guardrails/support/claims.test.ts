import { describe, expect, it } from 'bun:test'
import { calendarNamesOf } from './calendar.ts'
import { claimsOf } from './claims.ts'
import { numbersOf } from './numbers.ts'
import { languageOf, stemsOf } from './words.ts'

const readings = (text: string): string[][] => numbersOf(text).map(number => [...number.readings])

describe('numbersOf', () => {
  it('reads what is written in any of the usual ways', () => {
    expect(readings('It costs 1,234.50 dollars')).toEqual([['1234.5']])
    expect(readings('Es kostet 1.234,50 Euro und ist für die Kunden')).toEqual([['1234.5']])
    expect(readings('about 1.500 of them')).toEqual([['1500', '1.5']])
    expect(readings("1'000'000 in all")).toEqual([['1000000']])
    expect(readings('2.5 million and 3 billion')).toEqual([['2500000'], ['3000000000']])
    expect(readings('12 % or 12 percent or 12')).toEqual([['12%'], ['12%'], ['12']])
  })

  it('reads words in the language of the text only', () => {
    expect(readings('It takes three or four days')).toEqual([['3'], ['4']])
    expect(readings('Das dauert drei oder vier Tage')).toEqual([['3'], ['4']])
    // due is two in Italian, once is eleven in Spanish
    expect(readings('The bill is due at once for the firm')).toEqual([])
  })

  it('says what is counted', () => {
    expect(numbersOf('within 30 days for 5 euros').map(({ unit }) => unit)).toEqual(['day', 'euro'])
  })
})

describe('claimsOf', () => {
  it('takes sentences that state something, and leaves marks of citations out of the numbers', () => {
    const text = 'Hi! Here is what I found:\n- Lyon has 3 shops [12].\n- Do you like it?\nThat is all.'
    const claims = claimsOf(text)
    expect(claims.map(claim => claim.text)).toEqual(['Lyon has 3 shops [12].'])
    expect(claims[0]?.numbers.map(number => [...number.readings])).toEqual([['3']])
  })

  it('knows names by their capital, and by none at the beginning', () => {
    const [claim] = claimsOf('The founder Ada Lovelace wrote the report ISO-9001 about Lyon.')
    expect(claim?.names).toEqual(['Ada', 'Lovelace', 'ISO-9001', 'Lyon'])
  })
})

describe('the words of a text', () => {
  it('tell its language, where there are enough of them', () => {
    expect(languageOf('The shop is open and they are there')).toBe('en')
    expect(languageOf('Der Laden ist offen und sie sind nicht da')).toBe('de')
    expect(languageOf('La boutique est ouverte et ils ne sont pas là')).toBe('fr')
    expect(languageOf('Lyon')).toBeUndefined()
  })

  it('have the same stem in other forms, and pairs of characters where there are no spaces', () => {
    expect(stemsOf('delivered deliveries delivering')).toEqual(['delive', 'delive', 'delive'])
    expect(stemsOf('the Größe of it')).toEqual(stemsOf('GROSSE'))
    expect(stemsOf('今天下雨')).toEqual(['今天', '天下', '下雨'])
  })

  it('name days and months the same in all languages', () => {
    expect(calendarNamesOf('Mondays in March')).toEqual(calendarNamesOf('montags im März'))
    expect(calendarNamesOf('le mardi')).toEqual(['day2'])
  })
})
