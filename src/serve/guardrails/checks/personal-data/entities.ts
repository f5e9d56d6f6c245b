import { nationalIds } from './national-ids.ts'

/** What can be looked for, each with what it is. */
export const entities = {
  EMAIL_ADDRESS: 'e-mail addresses, also written with [at] and [dot]',
  PHONE_NUMBER: 'telephone numbers: international, of the regions, or named as such',
  CREDIT_CARD: 'payment cards: ranges of issuers and check digit',
  IBAN: 'bank accounts: length of the country and check digits',
  NATIONAL_ID:
    'numbers that states give their people, by check digits or context; found as US_SSN, UK_NINO, DE_TAX_ID and so on',
  IP_ADDRESS: 'IPv4 and IPv6 addresses',
  MAC_ADDRESS: 'hardware addresses',
  CRYPTO_WALLET: 'addresses of Bitcoin, Litecoin, Dogecoin, Tron, Ethereum and Monero',
  PASSPORT: 'passport numbers that are named as such',
  DRIVER_LICENCE: "numbers of driver's licences that are named as such",
  DATE_OF_BIRTH: 'dates that are said to be a birth',
  POSTAL_ADDRESS: 'streets with a house number, with flat, postcode and city behind them',
  PERSON: 'names of people, by lists, titles and introductions',
  URL_WITH_CREDENTIALS: 'addresses with a user and a password in them',
} as const

export type Entity = keyof typeof entities
export const entityNames = Object.keys(entities) as [Entity, ...Entity[]]

/** Regions with national ids that are known. */
export const idRegions: readonly string[] = [...new Set(nationalIds.map(({ region }) => region))]
/** Regions whose telephone numbers are known without their country code, unless others are named. */
export const phoneRegions: readonly string[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'ES',
  'IT',
  'NL',
  'PL',
  'PT',
  'BR',
  'AU',
  'IE',
  'AT',
  'CH',
  'BE',
  'IN',
]
