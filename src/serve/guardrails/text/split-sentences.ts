import type { Span } from './windows.ts'

/** Words that end in a full stop and end no sentence, in lower case: English, German, French, Spanish, Italian, Portuguese, Dutch. */
const abbreviations = new Set(
  `mr mrs ms dr prof st sr jr vs etc inc ltd co corp dept fig figs no nos vol pp approx est max min ca cf al ed eds rev gen gov sen rep
  jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun e.g i.e a.m p.m u.s u.k ph.d
  bzw usw ggf evtl inkl exkl zzgl bspw vgl sog str nr abs art bd hrsg jh mio mrd std tel z.b d.h u.a o.ä i.d.r v.a z.t
  okt dez mär frau hr fr
  mme mlle env av apr p.ex c.-à-d éd chap
  sra srta dra ud uds ej pág págs núm tel p.ej ee.uu
  sig sigg dott dott.ssa ing avv pag ecc es
  exmo exma pág séc
  bijv enz dhr mevr nl blz m.a.w d.w.z`
    .split(/\s+/)
    .filter(Boolean),
)

/** Of these, words of their own: they end no sentence only before a number. */
const ambiguous = new Set(
  'no nos nr art fig figs vol pp sat sun mar mon es ed eds max min av dec sen rep gen ms sep tel'.split(' '),
)

const months =
  /^(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|jahrhundert|jänner|stock|kapitel)/i

const ends = /[.!?…。！？．｡؟۔।॥]+/g
const closers = /^["'”’»«)\]}›」』】*_]+/
const openers = /^["'“‘„«»‚([{‹「『【¿¡*_-]*/

/**
 * The sentences of a text, without the white space and the list marks around them. Rules and lists of abbreviations for
 * seven languages of Europe, and the marks of Chinese, Japanese, Hindi, Arabic and Urdu; no model. A line is a sentence
 * where it is an item, a heading or a paragraph of its own; lines that are merely wrapped are joined.
 */
export function splitSentences(text: string): Span[] {
  return blocksOf(text).flatMap(block => sentencesIn(text, block))
}

const blockStart = /^\s*(?:[-*•–+]\s|\d{1,3}[.)]\s|#{1,6}\s|>\s|\||$)/

function blocksOf(text: string): Span[] {
  const blocks: Span[] = []
  let start = 0
  let at = 0
  for (const line of text.split('\n')) {
    const end = at + line.length
    const next = text.slice(end + 1, end + 200).split('\n', 1)[0] ?? ''
    const isLast = end >= text.length
    if (
      isLast ||
      line.trim() === '' ||
      blockStart.test(next) ||
      /[.!?…。！？:؟।|]["'”»)]*\s*$/.test(line) ||
      isHeading(line)
    ) {
      blocks.push({ start, end })
      start = end + 1
    }
    at = end + 1
  }
  return blocks
}

function isHeading(line: string): boolean {
  return /^\s*#{1,6}\s/.test(line)
}

function sentencesIn(text: string, block: Span): Span[] {
  const sentences: Span[] = []
  const mark =
    /^\s*(?:(?:[-*•–+>]|\d{1,3}[.)]|#{1,6})\s+)*/.exec(text.slice(block.start, block.end))?.[0].length ?? 0
  let start = block.start + mark
  const piece = text.slice(start, block.end)
  for (const match of piece.matchAll(ends)) {
    const after = match.index + match[0].length
    const closed = after + (closers.exec(piece.slice(after, after + 8))?.[0].length ?? 0)
    if (!isEnd(piece, match.index, match[0], closed)) continue
    const from = start - block.start - mark
    if (closed <= from) continue
    push(sentences, text, start, block.start + mark + closed)
    start = block.start + mark + closed
  }
  push(sentences, text, start, block.end)
  return sentences
}

function isEnd(piece: string, at: number, stop: string, closed: number): boolean {
  const following = piece.slice(closed)
  if (/^[。！？．｡]/.test(stop)) return true
  if (following !== '' && !/^\s/.test(following)) return false
  const next = following.trimStart().replace(openers, '')
  if (/^\p{Ll}/u.test(next)) return false
  if (stop !== '.') return true
  const word = /[\p{L}\p{N}.\-à]*$/u.exec(piece.slice(Math.max(0, at - 24), at))?.[0] ?? ''
  const known = word.toLowerCase()
  if (abbreviations.has(known) && (!ambiguous.has(known) || /^\p{N}/u.test(next))) return false
  // an initial: J. Smith
  if (/^(?:\p{Lu}|\p{L}(?:\.\p{L})+)$/u.test(word) && /^\p{Lu}/u.test(next)) return false
  // an ordinal: am 3. Mai
  return !(/^\d{1,2}$/.test(word) && months.test(next))
}

function push(sentences: Span[], text: string, start: number, end: number): void {
  const piece = text.slice(start, end)
  const from = start + (piece.length - piece.trimStart().length)
  const to = start + piece.trimEnd().length
  if (to > from && /[\p{L}\p{N}]/u.test(text.slice(from, to))) sentences.push({ start: from, end: to })
}
