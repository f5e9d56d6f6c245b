import { type Masked, maskedForStorage } from './masked.ts'
import type { MaskedSpan, Pseudonyms, ValueFate } from './pseudonyms.ts'

/** A part of a text that must not be kept as it is, and whether its value is kept, sealed, beside it. */
export interface FoundSpan extends MaskedSpan {
  readonly fate: Exclude<ValueFate, 'returned'>
}

/** What is to be masked in a text. Throws where it cannot tell. */
export type FindSpans = (text: string) => readonly FoundSpan[]

/** Longer texts are cut, and what comes after so many characters in all is left out: looking through them takes time. */
const longestText = 65_536
const longestValue = 524_288
/** Pictures and sound: nobody has looked at what they show. */
const opaque = /^data:[^,]{0,100};base64,|^[A-Za-z0-9+/=_-]{2000,}$/

/**
 * A value fit to be kept: with placeholders for whatever `find` finds in any of its texts, at every depth. What is no text
 * cannot be looked through, and is left out. Throws where `find` does.
 */
export function maskValue<Value>(value: Value, pseudonyms: Pseudonyms, find: FindSpans): Masked<Value> {
  let left = longestValue

  function visit(part: unknown): unknown {
    if (typeof part === 'string') return maskText(part)
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map(visit)
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, visit(inner)]))
  }

  function maskText(text: string): string {
    if (text.length > 2_000 && opaque.test(text.slice(0, 4_000)))
      return `[${text.length} characters of data were not kept]`
    const length = Math.min(text.length, longestText, left)
    left -= length
    const looked = length === text.length ? text : text.slice(0, length).toWellFormed()
    const masked = maskFound(looked, find(looked), pseudonyms)
    return length === text.length
      ? masked
      : `${masked}… [${text.length - length} more characters were not kept]`
  }

  return maskedForStorage(visit(value) as Value)
}

function maskFound(text: string, spans: readonly FoundSpan[], pseudonyms: Pseudonyms): string {
  let masked = ''
  let at = 0
  for (const { start, end, type, fate } of spans) {
    // of two that overlap, the first takes what it covers
    if (start < at) {
      if (end > at) at = end
      continue
    }
    masked += text.slice(at, start) + pseudonyms.placeholderOf(type, text.slice(start, end), fate)
    at = end
  }
  return masked + text.slice(at)
}
