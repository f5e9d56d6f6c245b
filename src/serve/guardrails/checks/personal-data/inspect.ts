import {
  findColonAddress,
  findDashedMac,
  findDisguisedEmail,
  findEmail,
  findIpv4,
  findUrlWithCredentials,
} from './addresses-on-the-net.ts'
import { classAt, digit, isDigitAt, letter, other, upper, word } from '../scanning/character-classes.ts'
import { findDateOfBirth } from './dates-of-birth.ts'
import { findDocument } from './documents.ts'
import { findLetterId } from './letter-ids.ts'
import { findCard, findNumericId, isTailOfNumber, readGroups } from './numbers.ts'
import type { Page } from '../scanning/page.ts'
import { findLowerCasePerson, findPerson } from './persons.ts'
import { findPhone, type PhonePlans } from './phones.ts'
import { findPostalAddress } from './postal-addresses.ts'
import { findWallet } from './wallets.ts'

/** What is looked for. */
export interface Wanted {
  has(type: string): boolean
  /** Regions whose national ids count; empty where none is looked for. */
  readonly regions: ReadonlySet<string>
  readonly phonePlans: PhonePlans
}

/**
 * One pass over the text: wherever a word, a number or one of a few signs begins, those recognisers look on that could find
 * something there. Each looks a bounded way back and ahead, and at nothing that another has found.
 */
export function inspect(page: Page, wanted: Wanted): void {
  const { text } = page
  let before: number = other
  for (let at = 0; at < text.length; at += 1) {
    const what = classAt(text, at)
    if (what === other) {
      atSign(page, at, before, wanted)
      before = other
    } else if ((before & word) !== 0) {
      if (what !== digit && before !== digit) page.lastWordEnd = at + 1
      before = what
    } else if (what === digit) {
      atNumber(page, at, wanted)
      before = digit
    } else {
      let end = at + 1
      while ((classAt(text, end) & letter) !== 0) end += 1
      atWord(page, at, end, what, wanted)
      if (end - at > 1) page.lastWordEnd = end
      at = end - 1
      before = letter
    }
  }
}

function atWord(page: Page, at: number, end: number, what: number, wanted: Wanted): void {
  const { text } = page
  if (wanted.has('PERSON')) {
    if (what === upper) findPerson(page, at, end)
    else findLowerCasePerson(page, at, end)
  }
  const isDigitNext = isDigitAt(text, end)
  if (isDigitNext || (end - at <= 3 && (isDigitAt(text, end + 1) || (what === upper && end - at === 3)))) {
    findLetterId(page, at, end, wanted)
  }
  if (wanted.has('CRYPTO_WALLET') && !isDigitNext && end - at > 25) findWallet(page, at)
  if (isDigitNext || text.charAt(end) === '-') document(page, at, wanted)
  if (wanted.has('MAC_ADDRESS')) findDashedMac(page, at)
}

function atNumber(page: Page, at: number, wanted: Wanted): void {
  const { text } = page
  const groups = readGroups(text, at)
  const count = groups.digits.at(-1)?.length ?? 25
  if (count >= 13 && wanted.has('CREDIT_CARD')) findCard(page, at, groups)
  if (count >= 6 && wanted.regions.size > 0) findNumericId(page, at, groups, wanted.regions)
  if (count >= 6 && text.charAt(at - 1) !== '+' && wanted.has('PHONE_NUMBER') && !isTailOfNumber(text, at)) {
    findPhone(page, at, wanted.phonePlans)
  }
  if (wanted.has('IP_ADDRESS') && groups.ends.length >= 4) findIpv4(page, at)
  if (wanted.has('DATE_OF_BIRTH')) findDateOfBirth(page, at)
  if (wanted.has('POSTAL_ADDRESS')) findPostalAddress(page, at)
  if (wanted.has('CRYPTO_WALLET')) findWallet(page, at)
  if (count >= 4 || (classAt(text, groups.ends[0] ?? at) & letter) !== 0) document(page, at, wanted)
  if (wanted.has('MAC_ADDRESS')) findDashedMac(page, at)
}

function document(page: Page, at: number, wanted: Wanted): void {
  if (wanted.has('PASSPORT') || wanted.has('DRIVER_LICENCE')) findDocument(page, at)
}

function atSign(page: Page, at: number, before: number, wanted: Wanted): void {
  const { text } = page
  switch (text.charCodeAt(at)) {
    case 0x40:
      if (wanted.has('EMAIL_ADDRESS')) findEmail(page, at)
      return
    case 0x3a:
      if (wanted.has('URL_WITH_CREDENTIALS')) findUrlWithCredentials(page, at)
      if (wanted.has('IP_ADDRESS') || wanted.has('MAC_ADDRESS')) findColonAddress(page, at)
      return
    case 0x2b:
      if ((before & word) === 0 && isDigitAt(text, at + 1) && wanted.has('PHONE_NUMBER'))
        findPhone(page, at, wanted.phonePlans)
      return
    case 0x28:
      if (isDigitAt(text, at + 1) && wanted.has('PHONE_NUMBER') && (before & word) === 0)
        findPhone(page, at, wanted.phonePlans)
      if (wanted.has('EMAIL_ADDRESS') && (before & word) !== 0) findDisguisedEmail(page, at)
      return
    case 0x5b:
    case 0x7b:
    case 0x3c:
      if (wanted.has('EMAIL_ADDRESS') && (before & word) !== 0) findDisguisedEmail(page, at)
  }
}
