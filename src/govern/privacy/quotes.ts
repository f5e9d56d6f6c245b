import { describeError, Failure } from '../../foundation/platform/index.ts'

declare const brand: unique symbol

/** Text that may be written down anywhere: only this domain makes one. */
export type MaskedText = string & { readonly [brand]: true }

/** A run of characters that stands in both texts is a quote from this length on, however it is set. */
const shortestQuote = 12
const probeUnits = 6
/** Where probes meet the beginning of the same words again and again, that many places are looked at. */
const placesOfAProbe = 16
/** Of a request that is longer nothing is compared, and nothing quoted that could be of it. */
const longestSource = 262_144
const longestText = 4_000
const gap = '[…]'

/** Failures whose messages we have written ourselves, to the last word. */
const ownCodes: ReadonlySet<string> = new Set<Failure['code']>([
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'budget_exhausted',
  'unpriced_target',
  'client_closed',
  'overloaded',
  'no_target_available',
  'not_ready',
  'shutting_down',
  'storage_unavailable',
])

/** The texts of a request, to compare what was said of it with. */
export class QuoteSource {
  /** `undefined` where it is not known, or too long to compare with. */
  readonly #text: string | undefined

  constructor(request: unknown) {
    const texts: string[] = []
    const isWhole = request !== undefined && collect(request, texts, { left: longestSource })
    this.#text = isWhole ? texts.join('\n') : undefined
  }

  /**
   * What somebody said of the request, with what it quotes of it taken out: runs of 12 characters and more, and shorter
   * ones that stand in quotation marks. The words in which it was refused stay.
   */
  without(text: string): MaskedText {
    const source = this.#text
    if (source === undefined) return '[not kept: it may quote the request]' as MaskedText
    if (source === '') return text as MaskedText
    const bounded = text.length > longestText ? `${text.slice(0, longestText)}…` : text
    return withoutMarked(withoutRuns(bounded, source), source) as MaskedText
  }
}

/** What was said of one request, each without what it quotes of it. Costs nothing where nothing was said. */
export class WordsAbout {
  readonly #request: unknown
  #source: QuoteSource | undefined

  constructor(request: unknown) {
    this.#request = request
  }

  /** `code`: of the failure that says it. */
  record(code: string | undefined, message: string | undefined): MaskedText | undefined {
    if (message === undefined || ownCodes.has(code ?? '')) return message as MaskedText | undefined
    this.#source ??= new QuoteSource(this.#request)
    return this.#source.without(message)
  }
}

/**
 * An error as it may be logged: nothing in it, and in its causes, is quoted from the request that it is about. Where that is
 * not known, its code and details are what is said.
 */
export function describeWithoutQuotes(error: unknown, request: unknown): unknown {
  // refusals by limits say nothing of the text, and may come by the thousand
  if (error instanceof Failure && isOwnWords(error)) return describeError(error)
  const source = new QuoteSource(request)
  return clean(describeError(error), source)
}

function isOwnWords(failure: Failure): boolean {
  return ownCodes.has(failure.code) && failure.cause === undefined
}

function clean(described: unknown, source: QuoteSource): unknown {
  if (typeof described === 'string') return source.without(described)
  if (Array.isArray(described)) return described.map(part => clean(part, source))
  if (typeof described !== 'object' || described === null) return described
  const { stack, message, type, code, ...rest } = described as Record<string, unknown>
  const parts = Object.entries(rest).map(([name, part]) => [name, clean(part, source)] as const)
  const told = typeof message === 'string' ? source.without(message) : message
  return {
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...Object.fromEntries(parts),
    ...(message !== undefined && { message: told }),
    // its first lines are the message
    ...(typeof stack === 'string' && {
      stack: typeof message === 'string' ? stack.replaceAll(message, () => String(told)) : stack,
    }),
  }
}

/** Collects the strings among the values; `false` where they are too long. */
function collect(value: unknown, texts: string[], room: { left: number }): boolean {
  if (typeof value === 'string') {
    texts.push(value)
    room.left -= value.length + 1
    return room.left >= 0
  }
  if (typeof value === 'number') {
    texts.push(String(value))
    return true
  }
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(part => collect(part, texts, room))
}

function withoutRuns(text: string, source: string): string {
  let result = ''
  let at = 0
  for (let probe = 0; probe + probeUnits <= text.length; probe += probeUnits) {
    if (probe < at) continue
    const run = longestRun(text, probe, at, source)
    if (run.end - run.start < shortestQuote) continue
    result += text.slice(at, run.start) + gap
    at = run.end
  }
  return result + text.slice(at)
}

/** The longest run around the probe that stands in the source too, not before `from`. */
function longestRun(
  text: string,
  probe: number,
  from: number,
  source: string,
): { start: number; end: number } {
  const sought = text.slice(probe, probe + probeUnits)
  let longest = { start: probe, end: probe }
  let place = source.indexOf(sought)
  for (let count = 0; place >= 0 && count < placesOfAProbe; count += 1) {
    let before = 0
    while (probe - before > from && place > before && text[probe - before - 1] === source[place - before - 1])
      before += 1
    let after = probeUnits
    while (probe + after < text.length && text[probe + after] === source[place + after]) after += 1
    if (before + after > longest.end - longest.start) longest = { start: probe - before, end: probe + after }
    place = source.indexOf(sought, place + 1)
  }
  return longest
}

/** In quotation marks of any kind, or after a colon or an equals sign up to the next blank: one word can be a secret. */
function withoutMarked(text: string, source: string): string {
  return text.replaceAll(
    /(["'`“‘«])([^"'`”’»\n]{2,200})(["'`”’»])/g,
    (whole, open: string, quoted: string, close: string) =>
      source.includes(quoted) ? `${open}${gap}${close}` : whole,
  )
}
