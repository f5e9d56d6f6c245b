import { classAt, digit, isDigitAt, isWordAt, letter } from '../scanning/character-classes.ts'
import { passesLuhn } from './check-digits.ts'
import { anyIdContext, idsOfForm, type NationalId } from './national-ids.ts'
import type { Page } from '../scanning/page.ts'

/** The first groups of digits from a place on, with what one character parts them. */
export interface NumberGroups {
  /** For each group: where it ends, the digits so far, and the form so far: `3-2-4`. */
  readonly ends: readonly number[]
  readonly digits: readonly string[]
  readonly forms: readonly string[]
}

const mostGroups = 8
const mostDigits = 24

/** Reads groups from `at`, where a digit stands. */
export function readGroups(text: string, at: number): NumberGroups {
  const ends: number[] = []
  const digits: string[] = []
  const forms: string[] = []
  let all = ''
  let form = ''
  let from = at
  while (ends.length < mostGroups) {
    let end = from
    while (end - from <= mostDigits && isDigitAt(text, end)) end += 1
    all += text.slice(from, end)
    form += String(end - from)
    if (all.length > mostDigits) break
    ends.push(end)
    digits.push(all)
    forms.push(form)
    const separator = text.charAt(end)
    if (!' -./+'.includes(separator) || separator === '' || !isDigitAt(text, end + 1)) break
    form += separator
    from = end + 1
  }
  return { ends, digits, forms }
}

/** Whether a number that begins at `at` is the rest of another: `1.234`, `12-34`, `x12`. */
export function isTailOfNumber(text: string, at: number): boolean {
  if (isWordAt(text, at - 1)) return true
  return at > 1 && '-./+'.includes(text.charAt(at - 1)) && isDigitAt(text, at - 2)
}

/** Whether a number that ends at `end` goes on: with a letter or digit, or a separator and a digit. */
export function goesOn(text: string, end: number): boolean {
  if (isWordAt(text, end)) return true
  return end < text.length && '-./'.includes(text.charAt(end)) && isDigitAt(text, end + 1)
}

const cardContext =
  /\b(?:card|karte|carte|tarjeta|carta|kaart|karta|karty|cartao|credit|debit|visa|master|amex|cc|pan|kredit|kreditk)/

/** Major issuers' first digits and lengths (ISO/IEC 7812 as published by the networks). */
function isIssuedLength(digits: string): boolean {
  const length = digits.length
  const four = Number(digits.slice(0, 4))
  if (digits.startsWith('4')) return length === 16 || length === 13 || length === 19
  if ((four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720)) return length === 16
  if (/^3[47]/.test(digits)) return length === 15
  if (/^(?:6011|64[4-9]|65)/.test(digits)) return length >= 16
  if (four >= 3528 && four <= 3589) return length >= 16
  if (/^3(?:0[0-59]|[689])/.test(digits)) return length >= 14
  if (/^(?:62|81)/.test(digits)) return length >= 16
  if (four >= 2200 && four <= 2204) return length >= 16
  return /^(?:50|5[6-8]|6[0-9])/.test(digits) && length >= 13
}

const cardForms = /^(?:4([ .-])4\1[45]\1[1-5]|4([ .-])4\2[4]\2[4](?:\2[1-3])?|4([ .-])6\3[45]|1[3-9])$/

export function findCard(page: Page, at: number, groups: NumberGroups): void {
  const { text } = page
  for (const [index, end] of groups.ends.entries()) {
    const digits = groups.digits[index] ?? ''
    if (digits.length < 13 || digits.length > 19) continue
    const form = groups.forms[index] ?? ''
    if (!cardForms.test(form) || !isIssuedLength(digits) || !passesLuhn(digits)) continue
    if (isWordAt(text, end) || isTailOfNumber(text, at)) continue
    const isWritten = form.length > 2
    const certain = isWritten || cardContext.test(page.contextBefore(at))
    // a bare number of this length passes by chance in about one of thirty
    page.found('CREDIT_CARD', at, end, certain ? 1 : 0.85)
  }
}

/** National ids that begin with digits. */
export function findNumericId(
  page: Page,
  at: number,
  groups: NumberGroups,
  regions: ReadonlySet<string>,
): void {
  const { text } = page
  if (isTailOfNumber(text, at)) return
  for (const [index, end] of groups.ends.entries()) {
    const form = groups.forms[index] ?? ''
    const count = (groups.digits[index] ?? '').length
    if (count >= 7 && !goesOn(text, end)) tryForm(page, at, end, form, regions)
    if (count >= 6) tryLetters(page, at, end, form, regions)
  }
}

function tryForm(page: Page, at: number, end: number, form: string, regions: ReadonlySet<string>): void {
  const ids = idsOfForm(form)
  if (ids.length > 0) tryIds(page, at, end, form, ids, regions)
}

function tryIds(
  page: Page,
  at: number,
  end: number,
  form: string,
  ids: readonly NationalId[],
  regions: ReadonlySet<string>,
) {
  const written = page.text.slice(at, end)
  const context = page.contextBefore(at)
  const isNamed = page.hasWordsBefore(at) && anyIdContext.test(context)
  let nearest: NationalId | undefined
  let nearestAt = -1
  for (const each of ids) {
    const alone = each.forms[form] ?? 0
    if (!regions.has(each.region) || (!isNamed && !page.counts(alone)) || !each.validate(written)) continue
    const namedAt = isNamed ? lastMatch(each.context, context) : -1
    if (namedAt < 0) {
      // without its name or a form of its own, a group of a longer number is none
      if (alone >= 0.9 || !isPartOfGroups(page.text, at, end)) page.found(each.type, at, end, alone)
    } else if (namedAt > nearestAt) {
      nearest = each
      nearestAt = namedAt
    }
  }
  // of several names, what stands behind the last is what it says
  if (nearest) page.found(nearest.type, at, end, nearest.withContext)
}

/** Whether a space parts it from more digits. */
function isPartOfGroups(text: string, at: number, end: number): boolean {
  return (
    (text.charAt(at - 1) === ' ' && isDigitAt(text, at - 2)) ||
    (text.charAt(end) === ' ' && isDigitAt(text, end + 1))
  )
}

function lastMatch(pattern: RegExp, context: string): number {
  let found = -1
  for (let from = 0; from < context.length;) {
    const at = context.slice(from).search(pattern)
    if (at < 0) break
    found = from + at
    from = found + 1
  }
  return found
}

/** Letters after digits: `12345678Z`, `131052-308T`, `65 070649 J 003`, `12345678 9 ZZ4`. */
function tryLetters(page: Page, at: number, end: number, form: string, regions: ReadonlySet<string>): void {
  const { text } = page
  const gap = text.charAt(end) === ' ' || text.charAt(end) === '-' ? 1 : 0
  if ((classAt(text, end + gap) & letter) === 0) return
  const after = end + gap + 1
  const formed = `${form}${gap === 1 ? text.charAt(end) : ''}`
  if (!isWordAt(text, after)) {
    tryForm(page, at, after, `${formed}L`, regions)
    // `65 070649 J 003`
    if (text.charAt(after) === ' ' && isDigitAt(text, after + 1)) {
      const last = digitsEnd(text, after + 1)
      if (!isWordAt(text, last)) tryForm(page, at, last, `${formed}L ${last - after - 1}`, regions)
    }
    return
  }
  // letters, or letters and digits, to the end of the word
  let last = after
  while (last - after < 6 && (classAt(text, last) & (letter | digit)) !== 0) last += 1
  if (isWordAt(text, last)) return
  const rest = text.slice(end + gap, last)
  if (/^[A-Z]\d{3}[A-Z0-9]?$/i.test(rest)) {
    tryForm(
      page,
      at,
      last,
      `${formed}L${rest.length === 5 && /[A-Z]$/i.test(rest) ? '3L' : rest.length - 1}`,
      regions,
    )
  }
  if (rest.length === 2 && /^[A-Z]{2}$/i.test(rest)) tryForm(page, at, last, `${formed}L`, regions)
  if (rest.length === 3 && /^[A-Z0-9]{2}\d$/i.test(rest)) tryForm(page, at, last, `${formed}A`, regions)
  if (rest.length === 4 && /^[A-Z]\d{3}$/i.test(rest)) tryForm(page, at, last, `${formed}L3`, regions)
}

function digitsEnd(text: string, at: number): number {
  let end = at
  while (end - at < mostDigits && isDigitAt(text, end)) end += 1
  return end
}
