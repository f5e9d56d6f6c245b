import { splitSentences } from '../text/split-sentences.ts'
import { calendarNamesOf } from './calendar.ts'
import type { Claim } from './claims.ts'
import { numbersOf, type TextNumber } from './numbers.ts'
import { areOpposite, type Sides, sidesIn } from './opposites.ts'
import { type Language, languageOf, stemsOf } from './words.ts'

/** How well a claim is borne out, by the passage that bears it out best. */
export interface ClaimSupport {
  readonly claim: Claim
  /** From 0 to 1; from 0.5 on it counts as borne out. */
  readonly score: number
  /** The document that it rests on, or would; `undefined` where there are none. */
  readonly document: number | undefined
  /** What speaks against it, in words of ours. */
  readonly reason: string
}

interface Sentence {
  readonly stems: ReadonlySet<string>
  /** Looked at when it is first the nearest to a claim. */
  readonly isDenied: () => boolean
  readonly sides: () => Sides
}

/** What of a claim is compared with every passage. */
interface Sought {
  readonly claim: Claim
  readonly stems: ReadonlySet<string>
  readonly pairs: ReadonlySet<string>
  readonly names: readonly (readonly string[])[]
  readonly calendar: readonly string[]
  readonly isDenied: boolean
  readonly sides: Sides
}

interface Passage {
  readonly document: number
  readonly text: string
  readonly sentences: readonly Sentence[]
  readonly stems: ReadonlySet<string>
  readonly pairs: ReadonlySet<string>
  readonly numbers: readonly TextNumber[]
  readonly calendar: ReadonlySet<string>
  readonly words: string
}

/** Documents made ready for many claims. */
export interface SupportIndex {
  /** Of the documents, as far as it can be told. */
  readonly language: Language | undefined
  supportOf(claim: Claim): ClaimSupport
  /** The passages that share most with a claim, best first. */
  passagesFor(claim: Claim, count: number): readonly { readonly document: number; readonly text: string }[]
}

/** Sentences that stand together: a claim may draw on its neighbours. */
const passageSentences = 3
const longestPassage = 2_000
/** How many of the passages that share most with a claim are looked at closely. */
const closePassages = 3

/** What counts how much; fixed on `dev` of bench/guardrails/groundedness, before `test` was looked at. */
const weights = {
  /** Of single words, beside pairs of them. */
  words: 0.85,
  /** Of a word that no document has at all, beside the rarest that one has. */
  unseen: 0.5,
  missingNumber: 0.25,
  otherUnit: 0.45,
  missingName: 0.5,
  otherPolarity: 0.45,
  opposite: 0.45,
  /** Two passages together bear out less surely than one. */
  joined: 0.95,
  /** The share of words from which a claim with nothing against it is borne out. */
  borneOutFrom: 0.42,
} as const

/**
 * How far documents bear out claims, by words alone: the share of a claim's words and word pairs in the best passage, rare words
 * counting more, cut down where a number, a name or a day of the claim is not there or counts something else, where one side
 * negates and the other does not, and where one says the opposite (rises, falls). It understands nothing: a true paraphrase in
 * other words scores low, and a false claim made of the document's own words scores high. docs/guardrails-checks.md says
 * how often.
 */
export function indexForSupport(documents: readonly string[], language?: Language): SupportIndex {
  const spoken = language ?? languageOf(documents.join(' ').slice(0, 20_000))
  const passages = documents.flatMap((text, document) => passagesOf(text, document, spoken))
  const frequency = new Map<string, number>()
  for (const { stems } of passages)
    for (const stem of stems) frequency.set(stem, (frequency.get(stem) ?? 0) + 1)
  const rarest = Math.log(1 + (passages.length + 1) / 1.5)
  const weightOf = (stem: string): number => {
    const count = frequency.get(stem)
    return count === undefined ? weights.unseen * rarest : Math.log(1 + (passages.length + 1) / (count + 0.5))
  }

  function overlap(sought: Sought, passage: Passage): number {
    let found = 0
    let all = 0
    for (const stem of sought.stems) {
      const weight = weightOf(stem)
      all += weight
      if (passage.stems.has(stem)) found += weight
    }
    const share = all === 0 ? 1 : found / all
    const { pairs } = sought
    if (pairs.size === 0) return share
    let together = 0
    for (const pair of pairs) if (passage.pairs.has(pair)) together += 1
    // words apart from each other are still found; next to each other they are surer
    return weights.words * share + (1 - weights.words) * Math.max(share * share, together / pairs.size)
  }

  function judge(sought: Sought, passage: Passage): { score: number; reason: string } {
    const { claim } = sought
    let score = calibrated(overlap(sought, passage))
    const reasons: string[] = []
    const against = (factor: number, reason: string): void => {
      score *= factor
      reasons.push(reason)
    }
    const missing = claim.numbers.filter(number => !hasNumber(passage, number)).length
    if (missing > 0)
      against(
        weights.missingNumber,
        missing === 1 ? 'a number is not there' : `${missing} numbers are not there`,
      )
    else if (claim.numbers.some(number => countsOtherThings(passage, number)))
      against(weights.otherUnit, 'a number counts something else')
    const strangers =
      sought.names.filter(stems => isMissing(stems, passage)).length +
      sought.calendar.filter(name => !passage.calendar.has(name)).length
    if (strangers > 0) against(weights.missingName ** Math.min(2, strangers), 'a name is not there')
    const { nearest, others } = nearestSentences(sought, passage)
    if (nearest) {
      const agrees = (sentence: Sentence): boolean => sentence.isDenied() === sought.isDenied
      if (!agrees(nearest) && !others.some(agrees)) against(weights.otherPolarity, 'one of both negates')
      if (areOpposite(sought.sides, nearest.sides())) against(weights.opposite, 'the opposite is said')
    }
    if (reasons.length === 0 && score < 0.5) reasons.push('its words are not there')
    return { score: Math.max(0, Math.min(1, score)), reason: reasons.join(', ') }
  }

  /** In German, where every noun is written like a name, only what no document has at all. */
  function isMissing(stems: readonly string[], passage: Passage): boolean {
    return spoken === 'de'
      ? stems.every(stem => !frequency.has(stem))
      : !passage.words.includes(` ${stems.join(' ')}`)
  }

  function seek(claim: Claim): Sought {
    return {
      claim,
      stems: new Set(claim.stems),
      pairs: pairsOf(claim.stems),
      names: claim.names.map(stemsOf),
      calendar: calendarNamesOf(claim.text),
      isDenied: isNegated(claim.text, spoken),
      sides: sidesIn(claim.text),
    }
  }

  function nearestPassages(sought: Sought, count: number): Passage[] {
    return passages
      .map(passage => ({ passage, share: overlap(sought, passage) }))
      .sort((left, right) => right.share - left.share)
      .slice(0, count)
      .map(({ passage }) => passage)
  }

  return {
    language: spoken,
    supportOf(claim) {
      let best: ClaimSupport = { claim, score: 0, document: undefined, reason: 'there is no document' }
      const sought = seek(claim)
      const close = nearestPassages(sought, closePassages)
      const [first, ...others] = close
      if (!first) return best
      for (const passage of close) {
        const { score, reason } = judge(sought, passage)
        if (score > best.score || best.document === undefined)
          best = { claim, score, reason, document: passage.document }
      }
      // what one passage bears out needs no second
      if (best.score >= 0.5) return best
      for (const other of others) {
        const { score, reason } = judge(sought, joined(first, other))
        if (score * weights.joined > best.score)
          best = { claim, score: score * weights.joined, reason, document: first.document }
      }
      return best
    },
    passagesFor: (claim, count) =>
      nearestPassages(seek(claim), count).map(({ document, text }) => ({ document, text })),
  }
}

/** Stretches shares so that half is where a claim counts as borne out. */
function calibrated(share: number): number {
  const { borneOutFrom } = weights
  return share < borneOutFrom
    ? (0.5 * share) / borneOutFrom
    : 0.5 + (0.5 * (share - borneOutFrom)) / (1 - borneOutFrom)
}

function passagesOf(text: string, document: number, language: Language | undefined): Passage[] {
  const sentences = splitSentences(text)
  const known = sentences.map(({ start, end }) => sentenceOf(text.slice(start, end), language))
  const passages: Passage[] = []
  for (let from = 0; from < sentences.length; from += 1) {
    const first = sentences[from]
    const last = sentences[Math.min(from + passageSentences, sentences.length) - 1]
    if (!first || !last) break
    const passage = text.slice(first.start, Math.min(last.end, first.start + longestPassage))
    const stems = stemsOf(passage)
    passages.push({
      document,
      text: passage,
      sentences: known.slice(from, from + passageSentences),
      stems: new Set(stems),
      pairs: pairsOf(stems),
      numbers: numbersOf(passage, language),
      calendar: new Set(calendarNamesOf(passage)),
      words: ` ${stems.join(' ')} `,
    })
    if (from + passageSentences >= sentences.length) break
  }
  return passages
}

function joined(first: Passage, second: Passage): Passage {
  return {
    document: first.document,
    text: `${first.text}\n${second.text}`,
    sentences: [...first.sentences, ...second.sentences],
    stems: first.stems.union(second.stems),
    pairs: first.pairs.union(second.pairs),
    numbers: [...first.numbers, ...second.numbers],
    calendar: first.calendar.union(second.calendar),
    words: `${first.words}${second.words}`,
  }
}

function pairsOf(stems: readonly string[]): Set<string> {
  const pairs = new Set<string>()
  for (let at = 0; at + 1 < stems.length; at += 1) pairs.add(`${stems[at]} ${stems[at + 1]}`)
  return pairs
}

const isSame = (left: TextNumber, right: TextNumber): boolean =>
  left.readings.some(reading => right.readings.includes(reading))

function hasNumber({ numbers, text }: Passage, number: TextNumber): boolean {
  if (numbers.some(one => isSame(one, number))) return true
  return number.readings.includes('0') && /\b(?:no|free|kein\w*|kostenlos\w*|gratuit\w*|gratis)\b/i.test(text)
}

/**
 * The number is there, but not of that: another word stands behind it, which in the passage stands behind another number, or
 * none of the words before it does, which stand before another number of the same things.
 */
function countsOtherThings({ numbers }: Passage, number: TextNumber): boolean {
  const same = numbers.filter(one => isSame(one, number))
  const others = numbers.filter(one => !isSame(one, number))
  const { unit, before } = number
  if (unit === undefined) return false
  const isElsewhere = same.every(one => one.unit !== undefined && one.unit !== unit)
  if (isElsewhere && others.some(one => one.unit === unit)) return true
  const shares = (one: TextNumber): boolean => one.before.some(stem => before.includes(stem))
  return !same.some(shares) && others.some(one => one.unit === unit && shares(one))
}

/** The sentence that shares most with a claim, and those that share nearly as much. */
function nearestSentences(
  { stems: sought }: Sought,
  { sentences }: Passage,
): {
  nearest: Sentence | undefined
  others: Sentence[]
} {
  const shared = sentences.map(({ stems }) => sought.intersection(stems).size)
  const most = Math.max(0, ...shared)
  return {
    nearest: sentences[shared.indexOf(most)],
    others: sentences.filter((_, index) => {
      const count = shared[index] ?? 0
      return count >= 2 && count >= 0.6 * most
    }),
  }
}

function sentenceOf(text: string, language: Language | undefined): Sentence {
  let isDenied: boolean | undefined
  let sides: Sides | undefined
  return {
    stems: new Set(stemsOf(text)),
    isDenied: () => (isDenied ??= isNegated(text, language)),
    sides: () => (sides ??= sidesIn(text)),
  }
}

const negations: Readonly<Partial<Record<Language, RegExp>>> = {
  en: /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|unable|except|excluded?)\b/giu,
  de: /(?<!\p{L})(?:nicht|kein\p{L}*|nie|niemals|niemand|nichts|weder|ohne|ausgeschlossen|ausgenommen)(?!\p{L})/giu,
  fr: /(?<!\p{L})(?:pas|jamais|aucun\p{L}*|rien|personne|ni|sans|sauf|exclu\p{L}*)(?!\p{L})/giu,
  es: /(?<!\p{L})(?:no|nunca|jamás|ningun\p{L}*|ningún|nadie|nada|sin|salvo|excepto|excluid\p{L}*)(?!\p{L})/giu,
  it: /(?<!\p{L})(?:non|mai|nessun\p{L}*|niente|nulla|né|senza|tranne|esclus\p{L}*)(?!\p{L})/giu,
  pt: /(?<!\p{L})(?:não|nunca|jamais|nenhum\p{L}*|ninguém|nada|nem|sem|exceto|excluíd\p{L}*)(?!\p{L})/giu,
  nl: /(?<!\p{L})(?:niet|geen|nooit|niemand|niets|zonder|behalve|uitgesloten)(?!\p{L})/giu,
}

function isNegated(sentence: string, language: Language | undefined): boolean {
  const found = sentence.match(negations[language ?? 'en'] ?? /(?!)/g)?.length ?? 0
  return found % 2 === 1
}
