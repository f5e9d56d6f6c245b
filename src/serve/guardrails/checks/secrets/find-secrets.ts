import { isDigitAt, isWordAt } from '../scanning/character-classes.ts'
import type { Page } from '../scanning/page.ts'
import { readUrlWithCredentials } from '../scanning/url-credentials.ts'
import { entropyOf } from './entropy.ts'
import { findKeyedValue, findSaidValue } from './keyed-values.ts'
import { isPlaceholder } from './placeholders.ts'
import { isSecret, providerRules } from './provider-rules.ts'

type Recogniser = (page: Page, at: number) => void

/** By the first two characters of a word, who looks at it. */
const byStart = new Map<number, Recogniser[]>()

function listen(start: string, recogniser: Recogniser): void {
  const key = (start.charCodeAt(0) << 7) | start.charCodeAt(1)
  byStart.set(key, [...(byStart.get(key) ?? []), recogniser])
}

for (const rule of providerRules) {
  listen(rule.prefix, (page, at) => {
    const { text } = page
    if (!text.startsWith(rule.prefix, at)) return
    rule.body.lastIndex = at + rule.prefix.length
    const match = rule.body.exec(text)
    if (!match || !isSecret(rule, match[0])) return
    const end = rule.body.lastIndex
    page.found(rule.type, at, end, rule.proves?.(text.slice(at, end)) === true ? 1 : rule.score)
  })
}
for (const start of [
  'pa',
  'Pa',
  'PA',
  'pw',
  'ke',
  'Ke',
  'mo',
  'Mo',
  'co',
  'Co',
  'cl',
  'Cl',
  'se',
  'Se',
  'ha',
  'Ha',
  'wa',
  'Wa',
  'ap',
  'AP',
  'Ap',
  'ac',
  'Ac',
  'to',
  'To',
]) {
  listen(start, findSaidValue)
}
listen('ey', findWebToken)
for (const start of ['Be', 'be', 'BE']) listen(start, findBearer)
for (const start of ['Ba', 'ba', 'BA']) listen(start, findBasic)

/** Which pairs of characters somebody listens to, for a quick look. */
const heard = new Uint8Array(128 * 128)
for (const key of byStart.keys()) heard[key] = 1

const nothing = 0
const wordUnit = 1
const sign = 2
const kinds = new Uint8Array(128)
for (const unit of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  kinds[unit.charCodeAt(0)] = wordUnit
for (const unit of '=:-') kinds[unit.charCodeAt(0)] = sign

/** One pass over the text: words are looked at by their first two characters, `=` and `:` by what is before and behind them. */
export function findSecrets(page: Page, withKeyed: boolean): void {
  const { text } = page
  let before = nothing
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const kind = unit < 128 ? (kinds[unit] ?? nothing) : nothing
    if (kind === wordUnit && before !== wordUnit) {
      const next = text.charCodeAt(at + 1)
      const key = (unit << 7) | next
      if (next < 128 && heard[key] === 1)
        for (const recogniser of byStart.get(key) ?? []) recogniser(page, at)
    } else if (kind === sign) {
      if (unit === 0x2d) findPrivateKey(page, at)
      else {
        if (withKeyed) findKeyedValue(page, at)
        if (unit === 0x3a) {
          findConnection(page, at)
          findTelegramToken(page, at)
        }
      }
    }
    before = kind
  }
}

/** Longer is no key that is in use: RSA of 4,096 bits takes 3,300 characters. */
const longestPrivateKey = 4_096
const header = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/y
const body = /(?:[A-Za-z0-9+/=\s\\:,.]|-(?!-)){0,4096}/y
const footer = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/y
const longestMark = 64
/** A line of base64, and not of words. */
const encoded = /[A-Za-z0-9+/=]{32}/

/** A private key in PEM or OpenPGP's armour; without its end, as far as it goes. */
function findPrivateKey(page: Page, at: number): void {
  const { text } = page
  if (text.charAt(at - 1) === '-' || !text.startsWith('-----BEGIN ', at)) return
  const from = endOf(header, text, at)
  if (from === undefined) return
  const bodyEnd = endOf(body, text.slice(0, at + longestPrivateKey), from) ?? from
  const inside = text.slice(from, bodyEnd).replace(/\\[nr]|\s/g, '')
  if (!encoded.test(inside) || isPlaceholder(inside.slice(0, 64))) return
  const end = endOf(footer, text, bodyEnd)
  page.found('PRIVATE_KEY', at, end === undefined || end - at > longestPrivateKey ? bodyEnd : end, 0.99)
}

/** Where the first private key begins that is under way at the end, or that reaches over `open`; `open` where none does. */
export function openPrivateKey(text: string, open: number): number {
  let from = open
  for (
    let at = text.lastIndexOf('-----BEGIN');
    at >= 0;
    at = at === 0 ? -1 : text.lastIndexOf('-----BEGIN', at - 1)
  ) {
    if (at < from && reaches(text, at, from)) from = at
  }
  return from
}

function reaches(text: string, at: number, open: number): boolean {
  const headerEnd = endOf(header, text, at)
  if (headerEnd === undefined) return text.length - at < longestMark
  const bodyEnd = endOf(body, text, headerEnd) ?? headerEnd
  const end = endOf(footer, text, bodyEnd)
  return (end ?? bodyEnd) > open || (end === undefined && text.length - bodyEnd < longestMark)
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

const webToken = /(eyJ[A-Za-z0-9_-]{8,800})\.[A-Za-z0-9_-]{8,2400}\.[A-Za-z0-9_-]{16,700}(?![A-Za-z0-9_-])/y

/** A signed JSON Web Token whose header names an algorithm (RFC 7519). */
function findWebToken(page: Page, at: number): void {
  webToken.lastIndex = at
  const match = webToken.exec(page.text)
  if (!match || !isHeader(match[1] ?? '')) return
  page.found('JSON_WEB_TOKEN', at, webToken.lastIndex, 0.95)
}

function isHeader(encoded: string): boolean {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
    return typeof parsed === 'object' && parsed !== null && 'alg' in parsed
  } catch {
    return false
  }
}

const bearer = /bearer +([A-Za-z0-9._~+/=-]{16,2000})/iy

function findBearer(page: Page, at: number): void {
  bearer.lastIndex = at
  const value = bearer.exec(page.text)?.[1]
  if (value === undefined || isPlaceholder(value) || entropyOf(value) < 3.2 || !/\d/.test(value)) return
  page.found('BEARER_TOKEN', bearer.lastIndex - value.length, bearer.lastIndex, 0.85)
}

const basic = /basic +([A-Za-z0-9+/]{8,400}={0,2})(?![A-Za-z0-9+/=])/iy

/** `Basic` with a user and a password in base64 (RFC 7617). */
function findBasic(page: Page, at: number): void {
  basic.lastIndex = at
  const value = basic.exec(page.text)?.[1]
  if (value === undefined) return
  const [, password] =
    /^[\x20-\x7e]+?:([\x20-\x7e]+)$/.exec(Buffer.from(value, 'base64').toString('latin1')) ?? []
  if (password === undefined || isPlaceholder(password)) return
  page.found('BASIC_CREDENTIALS', basic.lastIndex - value.length, basic.lastIndex, 0.9)
}

const databases =
  /^(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb|kafka|nats|couchdb|neo4j|bolt|ldaps?|cassandra)\b/

function findConnection(page: Page, at: number): void {
  const url = readUrlWithCredentials(page.text, at)
  if (url)
    page.found(databases.test(url.scheme) ? 'DATABASE_URL' : 'URL_WITH_CREDENTIALS', url.start, url.end, 0.95)
}

const telegram = /:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/y

/** The id of a bot, and what follows its `:` at `at`. */
function findTelegramToken(page: Page, at: number): void {
  const { text } = page
  if (!isDigitAt(text, at - 1)) return
  let start = at
  while (at - start < 11 && isDigitAt(text, start - 1)) start -= 1
  telegram.lastIndex = at
  if (at - start < 8 || at - start > 10 || isWordAt(text, start - 1) || !telegram.test(text)) return
  const end = telegram.lastIndex
  if (entropyOf(text.slice(at + 1, end)) >= 3.5) page.found('TELEGRAM_TOKEN', start, end, 0.95)
}
