import { describe, expect, it } from 'bun:test'
import type { Check, CheckKind, Finding } from '../check.ts'
import { personalData } from './personal-data/personal-data.ts'
import { secrets } from './secrets/secrets.ts'

const rounds = Number(process.env['SLIPWAY_PROPERTY_ROUNDS'] ?? 150)

/** Reproducible numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')

const personalPieces = [
  'alice.smith@example.co.uk', 'bob[at]example[dot]com', '@', 'a@b', '+44 20 7946 0958', '(415) 555-2671', 'Tel: ', '030 1234567', '4111 1111 1111 1111',
  '5500005555555559', 'DE89 3704 0044 0532 0130 00', 'GB29NWBK60161331926819', 'SSN ', '123-45-6789', 'AB 12 34 56 C', 'NHS number ', '943 476 5919',
  '86 095 742 719', '2 55 08 14 168 025 38', '54362315K', 'RSSMRA85T10A562S', 'BSN ', '111222333', '44051401359', '131052-308T', '880320-0016', '390.533.447-05',
  '65 070649 J 003', '12345678 9 ZZ4', '192.168.1.10', 'fe80::1ff:fe23:4567:890a', '00:1B:44:11:3A:B7', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'passport no. ',
  'X1234567', "driver's license ", 'born on ', 'March 12, 1985', '12/03/1985', 'geboren am ', '12. März 1985', '221B Baker Street, London NW1 6XE', 'Hauptstraße 12a',
  ', 10115 Berlin', '12 rue de la Paix', ', 75002 Paris', 'Via Giuseppe Garibaldi 12', 'ul. Marszałkowska 10/12', '00-590 Warszawa', 'John ', 'Smith', 'Dr. ', 'Müller',
  'Anna Kowalska', 'my name is ', 'maria garcia', 'van der ', 'Boulevard', 'postgres://admin:s3cr3t@db.example.com:5432/x', '４１１１', '%40', '%20', '&#64;', '\\u0040',
  '\u200b', 'а', 'é', 'e\u0301', base64('mail alice@example.com please'), hex('call +44 20 7946 0958 now'), 'Street', 'the ', 'and ', 'call ', 'is ', 'de ',
] // prettier-ignore
const secretPieces = [
  `AK${'IA'}Q3ZK7WX2BTFLMRVC`, `gh${'p_'}k7Gq2ZxW9bTf4LmR0sVcY8nHdJ1pQeA5uKiX`, `sk${'_live_'}k7Gq2ZxW9bTf4LmR0sVcY8nH`, `xo${'xb-'}98765012-k7Gq2ZxW9bTf4LmR0s`,
  `SG${'.'}k7Gq2ZxW9bTf4LmR0sVcY8.k7Gq2ZxW9bTf4LmR0sVcY8nHdJ1pQeA5uKiX3oSgNvB`, 'eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0.', 'k7Gq2ZxW9bTf4LmR0sVcY8nHdJ1pQeA5uKiX3oSgNvB',
  'password=', 'fj39!kd02', '"api_key": "', 'Password: ', 'the password for the vpn is ', 'Authorization: Bearer ', 'Basic YWRtaW46a3g3IWZwMnE=', 'postgres://app:kx7fp2q@db:5432',
  '-----BEGIN PRIVATE KEY-----', '-----BEGIN RSA PRIVATE KEY-----', '\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj', '-----END PRIVATE KEY-----', '\\n', '%3D', '&#61;', '\\u003d',
  '\u200b', 'а', base64(`token gh${'p_'}k7Gq2ZxW9bTf4LmR0sVcY8nHdJ1pQeA5uKiX`), '7123456789:', 'hooks.slack.com/services/', 'T12345678/B12345678/k7Gq2ZxW9bTf4LmR0sVcY8nH', 'is ', 'secret', 'key', 'token', 'for ',
] // prettier-ignore
const noise = [
  ' ',
  ' ',
  ' ',
  ' ',
  ', ',
  '. ',
  '\n',
  '-',
  '/',
  ':',
  '1',
  '23',
  '4567',
  'x',
  'Word',
  'word',
  'Ü',
  '(',
  ')',
  '"',
  '=',
  '+',
  '  \n\n  ',
]

function pieces(random: () => number, from: readonly string[], count: number): string {
  let text = ''
  for (let index = 0; index < count; index += 1) {
    const pool = random() < 0.55 ? from : noise
    text += pool[Math.floor(random() * pool.length)] ?? ''
    if (random() < 0.35) text += ' '
  }
  return text
}

/** Long words in between, so that windows end inside of the text. */
const filler = (random: () => number) => `${'lorem ipsum dolor sit amet '.repeat(Math.floor(random() * 30))}`

function scan(check: Check, text: string): readonly Finding[] {
  const found = check.scan(
    { text, stage: 'output', service: 'any', tenant: 'any' },
    new AbortController().signal,
  )
  if (found instanceof Promise) throw new Error('a deterministic check answers at once')
  return found
}

const shown = (findings: readonly Finding[], offset = 0) =>
  findings.map(({ type, start, end, score }) => `${type} ${start + offset}-${end + offset} ${score}`)

function examine(kind: { manifest: CheckKind['manifest'] }, check: Check, from: readonly string[]): void {
  const maxSpan = Number(kind.manifest.maxSpan)

  it('finds what is no longer than it says, in order and without overlap', () => {
    const random = randomFrom(1)
    for (let round = 0; round < rounds; round += 1) {
      const text = pieces(random, from, 30)
      let before = 0
      for (const { start, end } of scan(check, text)) {
        expect(start).toBeGreaterThanOrEqual(before)
        expect(end).toBeGreaterThan(start)
        expect(end - start).toBeLessThanOrEqual(maxSpan)
        before = end
      }
    }
  })

  it('finds in a window what it finds in the whole text', () => {
    const random = randomFrom(2)
    for (let round = 0; round < rounds; round += 1) {
      const text = `${pieces(random, from, 15)}${filler(random)}${pieces(random, from, 15)}${filler(random)}${pieces(random, from, 15)}`
      const whole = scan(check, text)
      const from_ = Math.floor(random() * text.length)
      const to = Math.min(text.length, from_ + Math.floor(random() * 3 * maxSpan))
      const start = Math.max(0, from_ - maxSpan)
      const window = text.slice(start, to + maxSpan)
      const within = (findings: readonly Finding[], offset: number) =>
        shown(
          findings.filter(finding => finding.start + offset >= from_ && finding.end + offset <= to),
          offset,
        )
      expect(within(scan(check, window), start)).toEqual(within(whole, 0))
    }
  })

  it('lets nothing go that a later text changes', () => {
    const random = randomFrom(3)
    for (let round = 0; round < rounds; round += 1) {
      const text = pieces(random, from, 24)
      const whole = scan(check, text)
      for (let cut = 0; cut < 6; cut += 1) {
        const prefix = text.slice(0, Math.floor(random() * text.length))
        const open = check.openFrom?.(prefix) ?? 0
        const settled = (findings: readonly Finding[]) => shown(findings.filter(({ start }) => start < open))
        const said = [prefix.slice(-80), open, ...settled(scan(check, prefix))]
        expect(said).toEqual([prefix.slice(-80), open, ...settled(whole)])
        for (const { start, end } of whole) if (start < open) expect(end).toBeLessThanOrEqual(open)
      }
    }
  })
}

describe('secrets', () => {
  examine(secrets, secrets.create(secrets.manifest.parameters.parse({ threshold: 0.3 })), secretPieces)
})

describe('personal-data', () => {
  const check = personalData.create(personalData.manifest.parameters.parse({ threshold: 0.3 }))
  examine(personalData, check, personalPieces)

  it('holds little of an ordinary text back', () => {
    const text =
      'The answer to your question is that the service restarts every night and takes some time to do so, '
    let held = 0
    for (let end = 1; end <= text.length; end += 1) held += end - (check.openFrom?.(text.slice(0, end)) ?? 0)
    expect(held / text.length).toBeLessThan(6)
  })
})
