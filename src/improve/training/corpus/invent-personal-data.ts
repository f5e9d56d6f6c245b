import type { Random } from '../../../foundation/statistics/index.ts'
import type { PersonalDataKind } from './corpus-spec.ts'
import { emailDomains, streets, supportNameGroups, testCardPrefixes } from './support-people.ts'

/** Made-up personal data of a kind: documentation domains, test card numbers that pass the Luhn check, 555 numbers. */
export function inventPersonalData(kind: PersonalDataKind, random: Random): string {
  switch (kind) {
    case 'email': {
      const name = plain(random.pick(random.pick(supportNameGroups).names))
      return `${name}.${plain(random.pick(random.pick(supportNameGroups).names))}${random.below(100)}@${random.pick(emailDomains)}`
    }
    case 'card':
      return cardNumber(random).replaceAll(/(\d{4})(?=\d)/g, random.next() < 0.5 ? '$1 ' : '$1')
    case 'phone':
      return `+1 ${200 + random.below(700)} 555 01${digits(random, 2)}`
    case 'address':
      return `${1 + random.below(200)} ${random.pick(streets)}`
  }
}

function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^a-zA-Z]/g, '')
    .toLowerCase()
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('')
}

function cardNumber(random: Random): string {
  const body = random.pick(testCardPrefixes) + digits(random, 9)
  const sum = Array.from(body).reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return body + String((10 - (sum % 10)) % 10)
}
