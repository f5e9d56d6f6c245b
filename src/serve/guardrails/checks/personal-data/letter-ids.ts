import { getCountrySpecifications } from 'ibantools'
import { classAt, isDigitAt, isWordAt, lower, upper } from '../scanning/character-classes.ts'
import { anyIdContext, idsOfForm } from './national-ids.ts'
import type { Wanted } from './inspect.ts'
import type { Page } from '../scanning/page.ts'
import { findWallet } from './wallets.ts'

const ibanForms: ReadonlyMap<string, { readonly length: number; readonly account: RegExp }> = new Map(
  Object.entries(getCountrySpecifications()).flatMap(([country, { chars, bban_regexp, IBANRegistry }]) =>
    chars !== null && bban_regexp !== null && IBANRegistry
      ? [[country, { length: chars, account: new RegExp(bban_regexp) }] as const]
      : [],
  ),
)

/** Two letters and two digits, then as many as the country has, in groups or not. */
export function findIban(page: Page, at: number): void {
  const { text } = page
  const form = ibanForms.get(text.slice(at, at + 2).toUpperCase())
  if (form === undefined) return
  const end = readIban(text, at, form.length)
  if (end === undefined) return
  const compact = text.slice(at, end).replace(/[ .-]/g, '').toUpperCase()
  // some countries have check digits of their own inside, which are not asked for: those of the whole prove enough
  if (form.account.test(compact.slice(4)) && hasIbanChecksum(compact)) page.found('IBAN', at, end, 1)
}

/** ISO 7064, modulo 97-10. */
function hasIbanChecksum(compact: string): boolean {
  const digits = `${compact.slice(4)}${compact.slice(0, 4)}`.replace(/[A-Z]/g, letter =>
    String(letter.charCodeAt(0) - 55),
  )
  let rest = 0
  for (let at = 0; at < digits.length; at += 1) rest = (rest * 10 + digits.charCodeAt(at) - 0x30) % 97
  return rest === 1
}

function readIban(text: string, at: number, length: number): number | undefined {
  let count = 0
  let end = at
  while (count < length) {
    if (isWordAt(text, end)) count += 1
    // groups have at least two characters, so that words are not taken for them
    else if (!' -.'.includes(text.charAt(end)) || end >= text.length || !isWordAt(text, end + 1))
      return undefined
    end += 1
  }
  return isWordAt(text, end) ? undefined : end
}

/** What stands for each form that begins with letters; each is bounded. */
const forms: readonly (readonly [form: string, pattern: RegExp])[] = [
  ['L2L', /[A-Za-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-Da-d]/y],
  ['NIE', /[XYZxyz]-?\d{7}-?[A-Za-z]/y],
  ['CF', /[A-Za-z]{6}[0-9LMNP-V]{2}[A-EHLMPR-Ta-ehlmpr-t][0-9LMNP-V]{2}[A-Za-z][0-9LMNP-V]{3}[A-Za-z]/y],
  ['CF', /[A-Z]{3} [A-Z]{3} \d\d[A-EHLMPR-T]\d\d [A-Z]\d{3}[A-Z]/y],
  ['PAN', /[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]/y],
  ['CURP', /[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d/y],
  ['NRIC', /[STFGM]\d{7}[A-Z]/y],
  ['HKID', /[A-Z]{1,2}\d{6}\(?[\dA]\)?/y],
  ['TW', /[A-Z][12]\d{8}/y],
  ['PLID', /[A-Z]{3} ?\d{6}/y],
  ['DEID', /[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d/y],
]

/** Ids, accounts and wallets that begin with a letter at `at`, where a word begins. */
export function findLetterId(page: Page, at: number, runEnd: number, wanted: Wanted): void {
  const { text } = page
  const run = runEnd - at
  const isDigitNext = isDigitAt(text, runEnd)
  if (run === 2 && wanted.has('IBAN') && isDigitAt(text, runEnd + 1) && isDigitNext) findIban(page, at)
  const isSpaced = (text.charAt(runEnd) === ' ' || text.charAt(runEnd) === '-') && run <= 3
  if (!isDigitNext && !isSpaced) return
  if (isSpaced && !isDigitAt(text, runEnd + 1) && !(run === 3 && classAt(text, runEnd + 1) === upper)) return
  if (run <= 6) {
    for (const [form, pattern] of forms) {
      pattern.lastIndex = at
      if (!pattern.test(text)) continue
      const end = pattern.lastIndex
      if (!isWordAt(text, end)) tryForm(page, at, end, form, wanted.regions)
    }
  }
  if (isDigitNext && wanted.has('CRYPTO_WALLET')) findWallet(page, at)
}

function tryForm(page: Page, at: number, end: number, form: string, regions: ReadonlySet<string>): void {
  const written = page.text.slice(at, end)
  const context = page.contextBefore(at)
  const isNamed = anyIdContext.test(context)
  for (const { type, region, forms: scores, validate, context: words, withContext } of idsOfForm(form)) {
    if (!regions.has(region) || !validate(written)) continue
    // in lower case it is named, or it is a word of a program
    const isLower = (classAt(page.text, at) & lower) !== 0
    const hasName = isNamed && words.test(context)
    if (!isLower || hasName) page.found(type, at, end, hasName ? withContext : (scores[form] ?? 0))
  }
}
