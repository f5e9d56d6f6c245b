import { describe, expect, it } from 'bun:test'
import { personalData } from './personal-data.ts'

type Given = Parameters<typeof personalData.manifest.parameters.parse>[0]

/** What is found: the type and what stands there. */
function found(text: string, given: Given = {}): string[] {
  const check = personalData.create(personalData.manifest.parameters.parse(given))
  const findings = check.scan(
    { text, stage: 'input', service: 'any', tenant: 'any' },
    new AbortController().signal,
  )
  if (findings instanceof Promise) throw new Error('it answers at once')
  return findings.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`)
}

describe('personal-data', () => {
  it.each([
    ['write to alice.smith+x@mail.example.co.uk.', 'EMAIL_ADDRESS alice.smith+x@mail.example.co.uk'],
    ['bob[at]example[dot]com', 'EMAIL_ADDRESS bob[at]example[dot]com'],
    ['jörg@müller.de', 'EMAIL_ADDRESS jörg@müller.de'],
    ['+44 20 7946 0958', 'PHONE_NUMBER +44 20 7946 0958'],
    ['or 0049 30 901820 if', 'PHONE_NUMBER 0049 30 901820'],
    ['(415) 555-2671', 'PHONE_NUMBER (415) 555-2671'],
    ['Meine Handynummer ist 01512 3456789', 'PHONE_NUMBER 01512 3456789'],
    ['4111 1111 1111 1111', 'CREDIT_CARD 4111 1111 1111 1111'],
    ['3782-822463-10005', 'CREDIT_CARD 3782-822463-10005'],
    ['paid by card 5500005555555559', 'CREDIT_CARD 5500005555555559'],
    ['DE89 3704 0044 0532 0130 00', 'IBAN DE89 3704 0044 0532 0130 00'],
    ['gb29nwbk60161331926819', 'IBAN gb29nwbk60161331926819'],
    ['ip 8.8.8.8', 'IP_ADDRESS 8.8.8.8'],
    ['from fe80::1ff:fe23:4567:890a', 'IP_ADDRESS fe80::1ff:fe23:4567:890a'],
    ['00:1B:44:11:3A:B7', 'MAC_ADDRESS 00:1B:44:11:3A:B7'],
    ['00-1B-44-11-3A-B7', 'MAC_ADDRESS 00-1B-44-11-3A-B7'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'CRYPTO_WALLET 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    [
      'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
      'CRYPTO_WALLET bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
    ],
    ['passport no. X1234567', 'PASSPORT X1234567'],
    ['Führerschein: B072RRE2I55', 'DRIVER_LICENCE B072RRE2I55'],
    ['born on March 12, 1985', 'DATE_OF_BIRTH March 12, 1985'],
    ['née le 3 mai 1990', 'DATE_OF_BIRTH 3 mai 1990'],
    ['geb. 12.03.1985', 'DATE_OF_BIRTH 12.03.1985'],
    ['at 221B Baker Street, London NW1 6XE now', 'POSTAL_ADDRESS 221B Baker Street, London NW1 6XE'],
    ['Hauptstraße 12a, 10115 Berlin.', 'POSTAL_ADDRESS Hauptstraße 12a, 10115 Berlin'],
    ['12 bis, rue de la Paix, 75002 Paris', 'POSTAL_ADDRESS 12 bis, rue de la Paix, 75002 Paris'],
    ['Calle Mayor 5, 28013 Madrid', 'POSTAL_ADDRESS Calle Mayor 5, 28013 Madrid'],
    ['via Giuseppe Garibaldi, 12', 'POSTAL_ADDRESS via Giuseppe Garibaldi, 12'],
    ['Prinsengracht 263, 1016 GV Amsterdam', 'POSTAL_ADDRESS Prinsengracht 263, 1016 GV Amsterdam'],
    ['ul. Marszałkowska 10/12, 00-590 Warszawa', 'POSTAL_ADDRESS ul. Marszałkowska 10/12, 00-590 Warszawa'],
    ['Rua Augusta, nº 123', 'POSTAL_ADDRESS Rua Augusta, nº 123'],
    ['we met Anna Kowalska there', 'PERSON Anna Kowalska'],
    ['Dear Mr. Zbrzydowsky, thank you', 'PERSON Zbrzydowsky'],
    ['me llamo maria garcia', 'PERSON maria garcia'],
    ['ask Jan van der Berg', 'PERSON Jan van der Berg'],
    [
      'postgres://admin:s3cr3t@db.example.com:5432/x',
      'URL_WITH_CREDENTIALS postgres://admin:s3cr3t@db.example.com:5432',
    ],
  ])('finds in %p', (text, expected) => {
    expect(found(text)).toEqual([expected])
  })

  it.each([
    ['my ssn is 123-45-6789', 'US_SSN 123-45-6789'],
    ['078-05-1120', 'US_SSN 078-05-1120'],
    ['AB 12 34 56 C', 'UK_NINO AB 12 34 56 C'],
    ['NHS number 943 476 5919', 'UK_NHS 943 476 5919'],
    ['Steuer-ID 86 095 742 719', 'DE_TAX_ID 86 095 742 719'],
    ['2 55 08 14 168 025 38', 'FR_NIR 2 55 08 14 168 025 38'],
    ['54362315K', 'ES_DNI 54362315K'],
    ['X-2482300-W', 'ES_NIE X-2482300-W'],
    ['RSSMRA85T10A562S', 'IT_FISCAL_CODE RSSMRA85T10A562S'],
    ['BSN 111222333', 'NL_BSN 111222333'],
    ['44051401359', 'PL_PESEL 44051401359'],
    ['85.07.30-033.28', 'BE_NATIONAL_NUMBER 85.07.30-033.28'],
    ['880320-0016', 'SE_PERSONAL_NUMBER 880320-0016'],
    ['131052-308T', 'FI_HETU 131052-308T'],
    ['CPR 131052-1234', 'DK_CPR 131052-1234'],
    ['Aadhaar 2341 2341 2346', 'IN_AADHAAR 2341 2341 2346'],
    ['ABCPA1234F', 'IN_PAN ABCPA1234F'],
    ['390.533.447-05', 'BR_CPF 390.533.447-05'],
    ['16.727.230/0001-97', 'BR_CNPJ 16.727.230/0001-97'],
    ['360426199101010071', 'CN_RESIDENT_ID 360426199101010071'],
    ['971013-9019902 주민', ''],
    ['880101-1019908', 'KR_RRN 880101-1019908'],
    ['tax file number 123 456 782', 'AU_TFN 123 456 782'],
    ['SIN: 123-456-782', 'CA_SIN 123-456-782'],
    ['756.9217.0769.85', 'CH_AHV 756.9217.0769.85'],
  ])('knows the national id in %p by its check digits or its name', (text, expected) => {
    expect(found(text)).toEqual(expected === '' ? [] : [expected])
  })

  it.each([
    'the public lic A1234567 of clic 12345678',
    'released 2024-01-15 in version 1.2.3.4, at 12:34:56',
    'ISBN 978-3-16-148410-0 and ISO 9001:2015',
    'in 2019-2024 there were 1.234.567,89 EUR and 123 456 789 people',
    'std::vector<int> a::b @media icon@2x.png pkg@1.2.3 git@github.com:org/repo',
    'order 4111 1111 1111 1112 and 123456789',
    '127.0.0.1, 0.0.0.0 and 255.255.255.0',
    'Martin Luther King Boulevard, the Paris Hilton Hotel and Washington State University',
    'Will you Mark this in May? Frank and open, Grace under fire',
    'Table 12, Chapter 3, page 44, Monday 12, August 2024',
    'see https://user:<password>@host and https://example.com/@user',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b, id 550e8400-e29b-41d4-a716-446655440000',
    'DE12 3456 7890 1234 5678 90',
    'RSSMRA85T10A562X and 54362315A',
  ])('finds nothing in %p', text => {
    expect(found(text)).toEqual([])
  })

  it('sees through hiding and encoding, and says where in the original it was', () => {
    expect(found('４１１１ １１１１ １１１１ １１１１')).toEqual([
      'CREDIT_CARD ４１１１ １１１１ １１１１ １１１１',
    ])
    expect(found('to ali\u200bce@exa\u00admple.com!')).toEqual([
      'EMAIL_ADDRESS ali\u200bce@exa\u00admple.com',
    ])
    expect(found('q=alice%40example.com&x')).toEqual(['EMAIL_ADDRESS alice%40example.com'])
    expect(found('{"a":"\\u0061lice@example.com"}')).toEqual(['EMAIL_ADDRESS \\u0061lice@example.com'])
    const inBase64 = Buffer.from('mail alice@example.com').toString('base64')
    expect(found(`data: ${inBase64}`)).toHaveLength(1)
  })

  it('looks only for what it is asked for, where it is asked to', () => {
    const text = 'alice@example.com, 4111 1111 1111 1111, 54362315K, 44051401359'
    expect(found(text, { entities: ['CREDIT_CARD'] })).toEqual(['CREDIT_CARD 4111 1111 1111 1111'])
    expect(found(text, { entities: ['NATIONAL_ID'], regions: ['PL'] })).toEqual(['PL_PESEL 44051401359'])
    expect(found('ring 512 345 678', { regions: ['PL'] })).toEqual(['PHONE_NUMBER 512 345 678'])
  })

  it('leaves out what is under the threshold or allowed', () => {
    expect(found('10.1.2.3 and 54362315K', { threshold: 0.9 })).toEqual(['ES_DNI 54362315K'])
    expect(found('help@acme.com, Bob@acme.com, eve@evil.com', { allow: ['@acme.com'] })).toEqual([
      'EMAIL_ADDRESS eve@evil.com',
    ])
    expect(found('help@acme.com, bob@acme.com', { allow: ['HELP@acme.com'] })).toEqual([
      'EMAIL_ADDRESS bob@acme.com',
    ])
  })

  it('covers all of what overlaps', () => {
    expect(found('ftp://bob:pw1234@10.1.2.3/x')).toEqual(['URL_WITH_CREDENTIALS ftp://bob:pw1234@10.1.2.3'])
  })

  it('takes time in proportion to the text, whatever stands in it', () => {
    const check = personalData.create(personalData.manifest.parameters.parse({}))
    const units = [
      '1',
      '1 ',
      '1-',
      'a@',
      '@',
      'a.',
      '(1) ',
      'John ',
      'A',
      'A1',
      'x:',
      ':',
      '12 Main ',
      'Via Roma ',
      '+1',
      '[at]',
      'born 1.1.',
      '1:',
      'ssn ',
    ]
    for (const unit of units) {
      const took = (length: number) => {
        const text = unit.repeat(length / unit.length)
        let best = Infinity
        for (let round = 0; round < 3; round += 1) {
          const before = process.cpuUsage()
          void check.scan(
            { text: `${text}${round}`, stage: 'input', service: 'any', tenant: 'any' },
            new AbortController().signal,
          )
          const { user, system } = process.cpuUsage(before)
          best = Math.min(best, (user + system) / 1_000)
        }
        return best
      }
      // of CPU, as other work may wait for the machine; 16 times the text, a square would take 256 times as long
      expect([unit, took(32_000) < 100 * Math.max(took(2_000), 1)]).toEqual([unit, true])
    }
  })
})
