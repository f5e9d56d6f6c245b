import { classAt, digit, isDigitAt, isWordAt, letter, word } from '../scanning/character-classes.ts'
import { isTailOfNumber } from './numbers.ts'
import type { Page } from '../scanning/page.ts'
import { readUrlWithCredentials } from '../scanning/url-credentials.ts'

const longestLocal = 64
const longestDomain = 190
/** Endings of files that look like domains after an `@`: `icon@2x.png`. */
const fileEndings =
  /\.(?:png|jpe?g|gif|svg|webp|avif|css|js|mjs|ts|tsx|json|html?|md|py|rb|go|rs|java|txt|xml|ya?ml)$/i

/** An e-mail address around the `@` at `at`. RFC 5321 without quoted parts and address literals. */
export function findEmail(page: Page, at: number): void {
  const { text } = page
  const start = localStart(text, at)
  if (start === at) return
  const end = domainEnd(text, at + 1)
  if (end !== undefined) addEmail(page, start, at, end)
}

const atWord = /[[({<] ?(?:at|@|AT|arroba|chiocciola) ?[\])}>]/y
const dotWord = /[[({<] ?(?:dot|DOT|punto?|punkt) ?[\])}>]/y

/** `alice[at]example[dot]com`, from the bracket at `at`. */
export function findDisguisedEmail(page: Page, at: number): void {
  const { text } = page
  atWord.lastIndex = at
  if (!atWord.test(text)) return
  const start = localStart(text, at)
  if (start === at) return
  let from = atWord.lastIndex
  let labels = 0
  for (; labels < 6; labels += 1) {
    let end = from
    while (end - from < 63 && ((classAt(text, end) & word) !== 0 || text.charAt(end) === '-')) end += 1
    if (end === from) return
    dotWord.lastIndex = end
    const next =
      text.charAt(end) === '.' && isWordAt(text, end + 1)
        ? end + 1
        : dotWord.test(text)
          ? dotWord.lastIndex
          : undefined
    if (next === undefined) {
      if (labels > 0 && end - from >= 2 && !isWordAt(text, end)) page.found('EMAIL_ADDRESS', start, end, 0.85)
      return
    }
    from = next
  }
}

function addEmail(page: Page, start: number, at: number, end: number): void {
  const { text } = page
  const domain = text.slice(at + 1, end)
  if (fileEndings.test(domain)) return
  // an address of a program, in the notation of scp
  if (text.charAt(end) === ':' && text.slice(start, at) === 'git') return
  page.found('EMAIL_ADDRESS', start, end, 0.95)
}

function localStart(text: string, at: number): number {
  let start = at
  while (at - start < longestLocal && start > 0 && isLocalPart(text, start - 1)) start -= 1
  while (start < at && ".'-+%".includes(text.charAt(start))) start += 1
  return text.charAt(at - 1) === '.' ? at : start
}

function isLocalPart(text: string, at: number): boolean {
  return (classAt(text, at) & word) !== 0 || "._%+-'~".includes(text.charAt(at))
}

/** Behind the last label of a domain with at least two, the last of letters. */
function domainEnd(text: string, from: number): number | undefined {
  let end = from
  let labelStart = from
  let last: number | undefined
  for (; end - from <= longestDomain; end += 1) {
    if ((classAt(text, end) & word) !== 0 || (text.charAt(end) === '-' && end > labelStart)) continue
    const isLabel = end > labelStart && text.charAt(end - 1) !== '-'
    if (isLabel && labelStart > from && isTopLevel(text, labelStart, end)) last = end
    if (!isLabel || text.charAt(end) !== '.' || (classAt(text, end + 1) & word) === 0) break
    labelStart = end + 1
  }
  return last
}

function isTopLevel(text: string, start: number, end: number): boolean {
  if (end - start < 2 || end - start > 24) return false
  if (text.slice(start, start + 4).toLowerCase() === 'xn--') return true
  for (let at = start; at < end; at += 1) if ((classAt(text, at) & letter) === 0) return false
  return true
}

/** `scheme://user:password@host`, from the `:` at `at`. */
export function findUrlWithCredentials(page: Page, at: number): void {
  const url = readUrlWithCredentials(page.text, at)
  if (url) page.found('URL_WITH_CREDENTIALS', url.start, url.end, 0.98)
}

const versionBefore =
  /\b(?:v|ver|version|release|build|firmware|section|chapter|abschnitt|kapitel|rev|patch|driver|sdk)[.:]? ?$/

/** An IPv4 address from the digit at `at`. */
export function findIpv4(page: Page, at: number): void {
  const { text } = page
  if (isTailOfNumber(text, at)) return
  let end = at
  const parts: number[] = []
  for (let part = 0; part < 4; part += 1) {
    const start = end
    while (end - start < 4 && isDigitAt(text, end)) end += 1
    if (end === start || end - start > 3) return
    const value = Number(text.slice(start, end))
    if (value > 255 || (end - start > 1 && text.charAt(start) === '0')) return
    parts.push(value)
    if (part === 3) break
    if (text.charAt(end) !== '.') return
    end += 1
  }
  if (isWordAt(text, end) || (text.charAt(end) === '.' && isDigitAt(text, end + 1))) return
  page.found('IP_ADDRESS', at, end, scoreIpv4(parts, page.contextBefore(at)))
}

function scoreIpv4(
  [first = 0, second = 0, third = 0, fourth = 0]: readonly number[],
  context: string,
): number {
  // this host, nobody, everybody, and masks are nobody's address
  if (first === 0 || first === 127 || first === 255 || (first >= 224 && first <= 239)) return 0.2
  if (versionBefore.test(context)) return 0.2
  if (
    first < 10 &&
    second < 10 &&
    third < 10 &&
    fourth < 10 &&
    !/\b(?:ip|ipv4|dns|host|server|address|adresse|addr)/.test(context)
  )
    return 0.4
  return 0.85
}

/** An IPv6 address or a MAC address around the first `:` at `at`. */
export function findColonAddress(page: Page, at: number): void {
  const { text } = page
  let start = at
  while (at - start <= 5 && isHexAt(text, start - 1)) start -= 1
  // the first colon of a run only
  if (at - start > 4 || (text.charAt(start - 1) === ':' && start > 0) || isWordAt(text, start - 1)) return
  let end = at
  while (
    end - start <= 48 &&
    (isHexAt(text, end) || text.charAt(end) === ':' || (text.charAt(end) === '.' && isDigitAt(text, end + 1)))
  )
    end += 1
  if (end - start > 48) return
  while (text.charAt(end - 1) === ':' && text.charAt(end - 2) !== ':') end -= 1
  if (isWordAt(text, end)) return
  const written = text.slice(start, end)
  if (/^(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(written)) page.found('MAC_ADDRESS', start, end, 0.9)
  else if (isIpv6(written)) page.found('IP_ADDRESS', start, end, 0.85)
}

function isIpv6(written: string): boolean {
  const halves = written.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')))
  const tail = groups.at(-1)?.includes('.') === true ? groups.pop() : undefined
  if (tail !== undefined && !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(tail)) return false
  if (!groups.every(group => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  const length = groups.length + (tail === undefined ? 0 : 2)
  if (halves.length === 1) return length === 8
  // `::`, `a::b` of programs and `fe::` are too little
  return length < 8 && length >= 3 && /\d/.test(written)
}

function isHexAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66) || (unit >= 0x41 && unit <= 0x46)
}

const dashedMac = /[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}/y
const dottedMac = /[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}/y

/** A MAC address with dashes or dots from `at`, where a word begins whose third or fifth unit is one. */
export function findDashedMac(page: Page, at: number): void {
  const { text } = page
  const pattern =
    text.charAt(at + 2) === '-' ? dashedMac : text.charAt(at + 4) === '.' ? dottedMac : undefined
  if (pattern === undefined) return
  pattern.lastIndex = at
  if (!pattern.test(text)) return
  const end = pattern.lastIndex
  const written = text.slice(at, end)
  if (
    isWordAt(text, end) ||
    (text.charAt(end) === '-' && isWordAt(text, end + 1)) ||
    !/[a-fA-F]/.test(written)
  )
    return
  if (text.charAt(at - 1) === '-') return
  page.found('MAC_ADDRESS', at, end, (classAt(text, at) & digit) === 0 && pattern === dottedMac ? 0.7 : 0.9)
}
