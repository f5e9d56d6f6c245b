/** Numbers with check digits, each computed here and not by what is measured. */
import { createHash } from 'node:crypto'
import type { Random } from './random.ts'

const numbers = (digits: string) => Array.from(digits, Number)
const weighted = (digits: string, weights: readonly number[]) =>
  numbers(digits).reduce((sum, digit, index) => sum + digit * (weights[index] ?? 0), 0)
const two = (value: number) => String(value).padStart(2, '0')

export function luhnDigit(digits: string): string {
  const sum = numbers(digits)
    .toReversed()
    .reduce(
      (total, digit, index) => total + (index % 2 === 0 ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit),
      0,
    )
  return String((10 - (sum % 10)) % 10)
}

const grouped = (digits: string, sizes: readonly number[], separator: string) => {
  let at = 0
  return sizes.map(size => digits.slice(at, (at += size))).join(separator)
}

export function card(random: Random): string {
  const [prefix, length] = random.one([
    ['4', 16],
    ['51', 16],
    ['55', 16],
    ['2223', 16],
    ['37', 15],
    ['6011', 16],
    ['3530', 16],
  ] as const)
  const start = `${prefix}${random.digits(length - prefix.length - 1)}`
  const whole = `${start}${luhnDigit(start)}`
  const separator = random.one([' ', '-', ''])
  return separator === '' ? whole : grouped(whole, length === 15 ? [4, 6, 5] : [4, 4, 4, 4], separator)
}

/** A card but for its check digit. */
export function wrongCard(random: Random): string {
  const whole = card(random)
  return `${whole.slice(0, -1)}${(Number(whole.at(-1)) + random.whole(1, 9)) % 10}`
}

const dateParts = (random: Random) => ({
  year: random.whole(1940, 2004),
  month: random.whole(1, 12),
  day: random.whole(1, 28),
})

export const ids: Readonly<Record<string, (random: Random) => string>> = {
  US_SSN: random =>
    `${random.one(['1', '2', '3', '4', '5', '7'])}${random.fill('##')}-${random.fill('#%')}-${random.fill('%###')}`,
  UK_NINO: random => {
    const start = `${random.one(['AB', 'CE', 'JL', 'PR', 'SX', 'WM'])}`
    const digits = random.digits(6)
    const spaced = random.next() < 0.5
    return spaced
      ? `${start} ${grouped(digits, [2, 2, 2], ' ')} ${random.one(['A', 'B', 'C', 'D'])}`
      : `${start}${digits}${random.one(['A', 'B', 'C', 'D'])}`
  },
  UK_NHS: random => {
    for (;;) {
      const start = random.fill('4########')
      const check = (11 - (weighted(start, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11
      if (check < 10) return grouped(`${start}${check}`, [3, 3, 4], ' ')
    }
  },
  DE_TAX_ID: random => {
    for (;;) {
      const digits = Array.from('0123456789').toSorted(() => random.next() - 0.5)
      digits[random.whole(1, 9)] = digits[0] ?? '1'
      const start = digits.join('')
      if (start.startsWith('0') || new Set(start).size !== 9) continue
      let product = 10
      for (const digit of numbers(start)) {
        const sum = (digit + product) % 10 || 10
        product = (sum * 2) % 11
      }
      const check = (11 - product) % 10
      const whole = `${start}${check}`
      return random.next() < 0.5 ? whole : grouped(whole, [2, 3, 3, 3], ' ')
    }
  },
  FR_NIR: random => {
    const { year, month } = dateParts(random)
    const start =
      `${random.one(['1', '2'])}${two(year % 100)}${two(month)}${two(random.whole(1, 95) || 1)}${random.digits(6)}`.replace(
        /^(.{5})20/,
        '$175',
      )
    const whole = `${start}${two(Number(97n - (BigInt(start) % 97n)))}`
    return random.next() < 0.6 ? grouped(whole, [1, 2, 2, 2, 3, 3, 2], ' ') : whole
  },
  ES_DNI: random => {
    const digits = random.digits(8)
    return `${digits}${random.one(['', '-'])}${'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(digits) % 23)}`
  },
  ES_NIE: random => {
    const first = random.one(['X', 'Y', 'Z'])
    const digits = random.digits(7)
    return `${first}${digits}${'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(`${'XYZ'.indexOf(first)}${digits}`) % 23)}`
  },
  IT_FISCAL_CODE: random => {
    const { year, month, day } = dateParts(random)
    const letters = random.text(6, 'BCDFGLMNPRSTV')
    const start = `${letters}${two(year % 100)}${'ABCDEHLMPRST'.charAt(month - 1)}${two(day + (random.next() < 0.5 ? 40 : 0))}${random.one(['H501', 'F205', 'L219', 'A662', 'D612'])}`
    const odd = '1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23'.split(' ').map(Number)
    const value = (character: string) =>
      /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65
    const sum = Array.from(start).reduce(
      (total, each, index) => total + (index % 2 === 0 ? (odd[value(each)] ?? 0) : value(each)),
      0,
    )
    return `${start}${String.fromCharCode(65 + (sum % 26))}`
  },
  NL_BSN: random => {
    for (;;) {
      const start = random.fill('%#######')
      const check = weighted(start, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
      if (check < 10) return `${start}${check}`
    }
  },
  PL_PESEL: random => {
    const { year, month, day } = dateParts(random)
    const start = `${two(year % 100)}${two(month + (year >= 2000 ? 20 : 0))}${two(day)}${random.digits(4)}`
    return `${start}${(10 - (weighted(start, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`
  },
  PT_NIF: random => {
    const start = `${random.one(['1', '2'])}${random.digits(7)}`
    const rest = weighted(start, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    const whole = `${start}${rest < 2 ? 0 : 11 - rest}`
    return random.next() < 0.5 ? whole : grouped(whole, [3, 3, 3], ' ')
  },
  BR_CPF: random => {
    const start = random.fill('%########')
    const first = ((weighted(start, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
    const second = ((weighted(`${start}${first}`, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
    const whole = `${start}${first}${second}`
    return random.next() < 0.7 ? `${grouped(start, [3, 3, 3], '.')}-${first}${second}` : whole
  },
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

export function wallet(random: Random): string {
  if (random.next() < 0.4) return `0x${random.text(40, '0123456789abcdef')}`
  const payload = Uint8Array.from({ length: 21 }, (_, index) => (index === 0 ? 0 : random.whole(0, 255)))
  const bytes = Buffer.concat([payload, sha256(sha256(payload)).subarray(0, 4)])
  let value = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (value > 0n) {
    text = base58.charAt(Number(value % 58n)) + text
    value /= 58n
  }
  return `1${text}`
}
