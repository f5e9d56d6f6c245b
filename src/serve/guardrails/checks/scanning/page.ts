import type { View } from '../../normalise/index.ts'
import type { Candidate } from './candidates.ts'

/** How far before a thing its context is looked for. */
const contextLength = 64
/** The same in the original, where what is between may have been hidden or escaped. */
const longestContext = 384

/** What of the candidates counts. */
export interface Limits {
  /** In units of the original. */
  readonly longest: number
  /** The least score. */
  readonly threshold: number
  /** What is nothing to anybody, in lower case; `@example.com` is all addresses there. */
  readonly allowed: ReadonlySet<string>
}

/** A view under inspection: what recognisers read, and where they put what they take for something. */
export class Page {
  readonly text: string
  /** Where the last two letters in a row ended, kept by who goes over the text. */
  lastWordEnd = -Infinity
  readonly #view: View
  readonly #limits: Limits
  readonly #candidates: Candidate[]
  #contextAt = -1
  #context = ''

  constructor(view: View, limits: Limits, candidates: Candidate[]) {
    this.text = view.text
    this.#view = view
    this.#limits = limits
    this.#candidates = candidates
  }

  /** Takes `[start, end)` of the view for something; what is too long in the original is none. */
  found(type: string, start: number, end: number, score: number, reason?: string): void {
    const { longest, threshold, allowed } = this.#limits
    if (score < threshold || (allowed.size > 0 && this.#isAllowed(start, end))) return
    const sourceStart = this.#view.sourceStart(start)
    const sourceEnd = this.#view.sourceEnd(end)
    if (sourceEnd - sourceStart > longest) return
    this.#candidates.push({ type, start: sourceStart, end: sourceEnd, score, reason })
  }

  /** Whether a word could be in what stands before `at`: in tables of numbers there is none. */
  hasWordsBefore(at: number): boolean {
    return at - this.lastWordEnd <= contextLength
  }

  /** Whether what is worth `score` would count. */
  counts(score: number): boolean {
    return score >= this.#limits.threshold
  }

  #isAllowed(start: number, end: number): boolean {
    const { allowed } = this.#limits
    const found = this.text.slice(start, end).toLowerCase()
    const domain = found.lastIndexOf('@')
    return allowed.has(found) || (domain > 0 && allowed.has(found.slice(domain)))
  }

  /** What stands before `at` in lower case without accents, 64 units at most. */
  contextBefore(at: number): string {
    if (this.#contextAt === at) return this.#context
    let from = Math.max(0, at - contextLength)
    if (this.#view.kind !== 'plain') {
      const earliest = this.#view.sourceStart(at) - longestContext
      while (from < at && this.#view.sourceStart(from) < earliest) from += 1
    }
    this.#contextAt = at
    this.#context = fold(this.text.slice(from, at))
    return this.#context
  }
}

const beyondAscii = /[\u0080-\uffff]/
const accents = /[\u0300-\u036f]/g

/** In lower case, without accents. The length may change. */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  if (!beyondAscii.test(lower)) return lower
  return lower
    .normalize('NFD')
    .replace(accents, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
}
