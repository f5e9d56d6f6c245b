import { describe, expect, it } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { secrets } from './secrets.ts'

/** What is found: the type and what stands there. */
function found(text: string, given: object = {}): string[] {
  const check = secrets.create(secrets.manifest.parameters.parse(given))
  const findings = check.scan(
    { text, stage: 'output', service: 'any', tenant: 'any' },
    new AbortController().signal,
  )
  if (findings instanceof Promise) throw new Error('it answers at once')
  return findings.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`)
}

const alphabet = 'k7Gq2ZxW9bTf4LmR0sVcY8nHdJ1pQeA5uKiX3oSgNvBwDzEjPrMhFyCtUaIl6O'
/** Characters without an order, from no key that anybody has. */
const random = (length: number, from = alphabet) =>
  Array.from({ length }, (_, index) => from.charAt((index * index * 7 + index * 13 + 5) % from.length)).join(
    '',
  )
const hexadecimal = (length: number) => random(length, '3f9a0c71e8d5b264')
const upper32 = 'Q3ZK7WX2BTFLMRVCYNHDJPEAUI5OSG64'

describe('secrets', () => {
  // in two parts, so that nobody takes this file for one that leaks
  it.each([
    ['AWS_ACCESS_KEY', `AK${'IA'}${random(16, upper32)}`],
    ['GOOGLE_API_KEY', `AI${'za'}${random(35)}`],
    ['GITHUB_TOKEN', `gh${'p_'}${random(36)}`],
    ['GITLAB_TOKEN', `gl${'pat-'}${random(20)}`],
    ['SLACK_TOKEN', `xo${'xb-'}${random(12, '9876501234')}-${random(24)}`],
    ['STRIPE_KEY', `sk${'_live_'}${random(24)}`],
    ['OPENAI_KEY', `sk${'-proj-'}${random(60)}`],
    ['ANTHROPIC_KEY', `sk${'-ant-'}api03-${random(95)}`],
    ['HUGGING_FACE_TOKEN', `hf${'_'}${random(34, 'kGqZxWbTfLmRsVcYnHdJpQeAuKiXoSgNvBwDz')}`],
    ['NPM_TOKEN', `np${'m_'}${random(36)}`],
    ['PYPI_TOKEN', `pypi${'-AgEI'}cHlwaS5vcmc${random(70)}`],
    ['SENDGRID_KEY', `SG${'.'}${random(22)}.${random(43)}`],
    ['DIGITALOCEAN_TOKEN', `dop${'_v1_'}${hexadecimal(64)}`],
    ['SLIPWAY_KEY', `sk${'-slip-'}${random(43)}`],
    ['TELEGRAM_TOKEN', `712${'3456789:'}${random(35)}`],
    ['DATABASE_URL', `postgres://app:${random(12)}@db.internal:5432`],
  ])('knows %s by how it is written', (type, secret) => {
    expect(found(`the key ${secret} was used`)).toEqual([`${type} ${secret}`])
    expect(found(`x=${secret}\n`).length).toBe(1)
  })

  it('is certain where the checksum is right', () => {
    const check = secrets.create(secrets.manifest.parameters.parse({}))
    // the last six characters of the random part are its CRC-32 in base 62
    const body = 'k7Gq2ZxW9bTf4LmR0sVcY8nHdJ1pQe'
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    let rest = Bun.hash.crc32(body)
    let sum = ''
    for (let index = 0; index < 6; index += 1) {
      sum = digits.charAt(rest % 62) + sum
      rest = Math.floor(rest / 62)
    }
    const score = (text: string) => {
      const findings = check.scan(
        { text, stage: 'output', service: 'any', tenant: 'any' },
        new AbortController().signal,
      )
      return findings instanceof Promise ? 0 : findings[0]?.score
    }
    expect(score(`gh${'p_'}${body}${sum}`)).toBe(1)
    expect(score(`gh${'p_'}${body}AAAAAb`)).toBe(0.95)
  })

  it('finds private keys whole, however they are written', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim()
    expect(found(`here:\n${pem}\nend`)).toEqual([`PRIVATE_KEY ${pem}`])
    expect(found(JSON.stringify({ key: pem }))[0]).toStartWith('PRIVATE_KEY -----BEGIN')
    const cut = pem.slice(0, 900)
    expect(found(cut)).toEqual([`PRIVATE_KEY ${cut}`])
    expect(found('-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----')).toEqual([])
  })

  it('finds signed tokens by their header', () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: '1', name: 'x' })}.${random(43)}`
    expect(found(`cookie ${token};`)).toEqual([`JSON_WEB_TOKEN ${token}`])
    expect(found(`${part({ kind: 'no token' })}.${part({ sub: '1' })}.${random(43)}`)).toEqual([])
  })

  it.each([
    ['DB_PASSWORD=fj39!kd02', 'PASSWORD fj39!kd02'],
    ['{"password": "Tr0ub4dor&3"}', 'PASSWORD Tr0ub4dor'],
    ['"api_key": "9fK2mQ7xR4tV8wZ1bN6c"', 'SECRET 9fK2mQ7xR4tV8wZ1bN6c'],
    ['clientSecret: 9fK2mQ7xR4tV8wZ1bN6c', 'SECRET 9fK2mQ7xR4tV8wZ1bN6c'],
    ['Server=x;User=sa;Password=Zx81!qwe9;', 'PASSWORD Zx81!qwe9'],
    ['the password for the vpn is kx7!fp2q.', 'PASSWORD kx7!fp2q'],
    ['das Passwort lautet kx7fp2qz', 'PASSWORD kx7fp2qz'],
    ['Authorization: Bearer 9fK2mQ7xR4tV8wZ1bN6c5d', 'BEARER_TOKEN 9fK2mQ7xR4tV8wZ1bN6c5d'],
    [
      `Authorization: Basic ${Buffer.from('admin:kx7!fp2q').toString('base64')}`,
      `BASIC_CREDENTIALS ${Buffer.from('admin:kx7!fp2q').toString('base64')}`,
    ],
    ['?access_token=9fK2mQ7xR4tV8wZ1bN6c&x=1', 'SECRET 9fK2mQ7xR4tV8wZ1bN6c'],
  ])('finds in %p what its name says', (text, expected) => {
    expect(found(text)).toEqual([expected])
  })

  it.each([
    'password = userPassword; token: string; secret = config.secret',
    'PASSWORD=${DB_PASSWORD} api_key=<your-api-key> token={{ token }} secret="changeme"',
    'max_tokens: 4096, next_page_token: "CAUQAA", tokens = 123456789012345678',
    'the password is required and the password is case-sensitive',
    'sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '"integrity": "sha512-9fK2mQ7xR4tV8wZ1bN6c9fK2mQ7xR4tV8wZ1bN6c=="',
    'id 550e8400-e29b-41d4-a716-446655440000 of commit 3f786850e387550fdab836ed7e6dc881de23001b',
    `AK${'IA'}IOSFODNN7EXAMPLE and gh${'p_'}${'x'.repeat(36)} and sk${'_live_'}${'0'.repeat(24)}`,
    'postgres://user:password@localhost/db https://user:***@host',
    'password_hash: abc123def456, secret_name: my-app-secret-1, token_type: bearer12',
    'api_key = os.environ["API_KEY"]; const token = getToken(); secret: process.env.SECRET1',
    'Keyboard: key-value, sk-learn, pat-terns, SK hynix, cio of the company',
  ])('finds nothing in %p', text => {
    expect(found(text)).toEqual([])
  })

  it('sees through encoding', () => {
    const key = `gh${'p_'}${random(36)}`
    expect(found(Buffer.from(`token ${key}`).toString('base64'))).toHaveLength(1)
    expect(found(`x%3Dgh%70_${random(36)}`)).toHaveLength(1)
  })

  it('leaves values of keys and what is allowed alone when told so', () => {
    expect(found('DB_PASSWORD=fj39!kd02', { keyed: false })).toEqual([])
    expect(found('DB_PASSWORD=fj39!kd02', { allow: ['FJ39!KD02'] })).toEqual([])
    expect(found(`sk${'_test_'}${random(24)}`, { threshold: 0.7 })).toEqual([])
  })

  it('takes time in proportion to the text, whatever stands in it', () => {
    const check = secrets.create(secrets.manifest.parameters.parse({}))
    for (const unit of [
      'password=',
      '-----BEGIN PRIVATE KEY-----',
      'eyJ',
      'eyJh.',
      '=',
      'a:',
      'sk-',
      'password is ',
      'Bearer ',
      'Basic YTpi ',
      'MTMT',
      '://',
      '1:',
      '-',
    ]) {
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
