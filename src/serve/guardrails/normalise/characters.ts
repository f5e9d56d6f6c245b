import { confusables } from './confusables.ts'
import { type View, ViewBuilder } from './view.ts'

/** What is done with a unit of UTF-16. */
const calm = 0
const dropped = 1
const replaced = 2
const combining = 3
const confusable = 4
const surrogate = 5

type Ranges = readonly (readonly [first: number, last: number])[]

/** Invisible and directional: zero-width, soft hyphen, joiners, bidi controls, fillers, variation selectors. */
const invisible: Ranges = [
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
]

/** Marks that compose with, or are drawn over, a letter or digit of any alphabet. */
const marks: Ranges = [
  [0x0300, 0x036f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0x3099, 0x309a],
  [0xfe20, 0xfe2f],
]

const within = (ranges: Ranges, unit: number) => ranges.some(([first, last]) => unit >= first && unit <= last)

const anyDigit = /\p{Nd}/u
const everyDigit = /\p{Nd}/gu
const dashes = /[\u2010-\u2013\u2212]/

/** 256 classes a page, made when the first unit of a page is met. */
const pages: (Uint8Array | undefined)[] = []

function classOf(unit: number): number {
  const page = (pages[unit >> 8] ??= makePage(unit >> 8))
  return page[unit & 255] ?? calm
}

function makePage(page: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, low) => classify((page << 8) | low))
}

function classify(unit: number): number {
  if (unit < 0x80 || unit === 0x2026) return calm
  if (unit >= 0xd800 && unit <= 0xdfff) return surrogate
  const character = String.fromCharCode(unit)
  if (within(invisible, unit)) return dropped
  if (within(marks, unit)) return combining
  if (confusables.has(unit)) return confusable
  if (dashes.test(character) || anyDigit.test(character)) return replaced
  return character.normalize('NFKC') === character ? calm : replaced
}

function replacementOf(character: string): string {
  if (dashes.test(character)) return '-'
  const composed = character.normalize('NFKC')
  if (dashes.test(composed)) return '-'
  if (!anyDigit.test(composed)) return composed
  return composed.replace(everyDigit, digitOf)
}

/** Digits of every script come in runs of ten from a zero. */
function digitOf(digit: string): string {
  let code = digit.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && anyDigit.test(String.fromCodePoint(code - 1))) {
    code -= 1
    value += 1
  }
  // neighbouring runs, as of the mathematical alphabets, are told apart by NFKC before this
  return String(value)
}

const beyondAscii = /[\u0080-\uffff]/

/**
 * The view in NFKC without what is invisible, with plain dashes and ASCII digits, and with lookalikes of Latin letters
 * folded where ASCII letters stand in the same word; `undefined` where that changes nothing.
 */
export function normaliseCharacters(from: View): View | undefined {
  const { text } = from
  if (!beyondAscii.test(text)) return undefined
  let at = firstToChange(text)
  if (at === text.length) return undefined
  const built = new ViewBuilder(from, text.length + 64)
  built.copy(0, at)
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    const what = unit < 0x80 ? calm : classOf(unit)
    const length = what === surrogate ? pairLength(text, at) : 1
    const end = clusterEnd(text, at + length)
    if (what === dropped || (what === surrogate && isInvisiblePair(text, at))) {
      at += length
      continue
    }
    const first = text.slice(at, at + length)
    if (what === confusable && hasAsciiNeighbour(text, at)) {
      built.pushText(confusables.get(unit) ?? first, at, end)
    } else if (end > at + length) {
      built.pushText(withoutMarks(replacementOf(text.slice(at, end))), at, end)
    } else if (what === replaced || length === 2) {
      built.pushText(replacementOf(first), at, end)
    } else {
      built.push(unit, at, at + 1)
    }
    at = end
  }
  return built.view('normal')
}

/** The view with every lookalike folded, whatever stands beside it; `undefined` where there is none. */
export function foldLookalikes(from: View): View | undefined {
  const { text } = from
  if (!beyondAscii.test(text)) return undefined
  let found = false
  const built = new ViewBuilder(from, text.length)
  for (let at = 0; at < text.length; at += 1) {
    const latin = text.charCodeAt(at) < 0x80 ? undefined : confusables.get(text.charCodeAt(at))
    if (latin !== undefined) found = true
    built.push((latin ?? text).charCodeAt(latin === undefined ? at : 0), at, at + 1)
  }
  return found ? built.view('folded') : undefined
}

function firstToChange(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    const what = classOf(unit)
    if (what === calm || (what === confusable && !hasAsciiNeighbour(text, at))) continue
    if (what === surrogate && isCalmPair(text, at)) {
      at += 1
      continue
    }
    // what a mark follows is composed with it
    return what === combining && at > 0 ? at - 1 : at
  }
  return text.length
}

function pairLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

function isCalmPair(text: string, at: number): boolean {
  if (pairLength(text, at) === 1 || isInvisiblePair(text, at)) return false
  const pair = text.slice(at, at + 2)
  return !anyDigit.test(pair) && pair.normalize('NFKC') === pair
}

/** Tags, variation selectors of the supplement, and musical and shorthand controls. */
function isInvisiblePair(text: string, at: number): boolean {
  const code = text.codePointAt(at) ?? 0
  return (
    (code >= 0xe0000 && code <= 0xe0fff) ||
    (code >= 0x1d173 && code <= 0x1d17a) ||
    (code >= 0x1bca0 && code <= 0x1bca3)
  )
}

/** So many marks belong to a letter at most; more are letters of their own, so that no letter has an end far away. */
const mostMarks = 8

function clusterEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && end - from < mostMarks) {
    const unit = text.charCodeAt(end)
    if (unit < 0x300 || classOf(unit) !== combining) break
    end += 1
  }
  return end
}

function withoutMarks(cluster: string): string {
  return Array.from(cluster)
    .filter(each => !within(marks, each.charCodeAt(0)))
    .join('')
}

/** How far in its word a lookalike looks for an ASCII letter or digit. */
const neighbourhood = 8

function hasAsciiNeighbour(text: string, at: number): boolean {
  return looksAt(text, at, -1) || looksAt(text, at, 1)
}

function looksAt(text: string, at: number, step: 1 | -1): boolean {
  for (let distance = 1; distance <= neighbourhood; distance += 1) {
    const unit = text.charCodeAt(at + step * distance)
    if (isAsciiWord(unit)) return true
    // any other ASCII ends the word, as does the end of the text
    if (!(unit >= 0x80)) return false
  }
  return false
}

/** Letters, digits, and `@`, which only an address has in a word. */
function isAsciiWord(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x40 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39)
}
