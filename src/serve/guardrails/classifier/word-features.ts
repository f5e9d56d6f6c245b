import { lexicon, type WordClass } from '../checks/injection-lexicon.ts'
import type { RuleMatch } from '../checks/injection-rules.ts'
import type { Word } from '../checks/injection-words.ts'

const classes = Object.keys(lexicon) as WordClass[]
const placeOf = new Map(classes.map((wordClass, index) => [wordClass, index]))
const ruleTypes = [
  'INSTRUCTION_OVERRIDE',
  'ROLE_SPOOFING',
  'PROMPT_EXTRACTION',
  'HIDDEN_COMMAND',
  'CHAT_TEMPLATE_TOKEN',
] as const

/** Words of two classes further apart than this have nothing to do with each other. */
const near = 80

/** One for each class of the lexicon, one for each two classes near each other, one for each type of rule. */
export const wordFeatureCount =
  classes.length + (classes.length * (classes.length - 1)) / 2 + ruleTypes.length
const ruleStart = wordFeatureCount - ruleTypes.length

/** Which features a piece has been found to have; each visit has a number of its own. */
const seen = new Uint32Array(wordFeatureCount)
let visit = 0

/**
 * Tells which classes of words stand in a piece, alone and near each other, and what the rules make of it: the same in every
 * language. Both lists are sorted by where they begin.
 */
export function eachWordFeature(
  words: readonly Word[],
  matches: readonly RuleMatch[],
  start: number,
  end: number,
  onFeature: (place: number, value: number) => void,
): void {
  visit += 1
  const once = (place: number): void => {
    if (seen[place] === visit) return
    seen[place] = visit
    onFeature(place, 1)
  }
  for (let index = firstFrom(words, start); index < words.length; index += 1) {
    const word = words[index]
    if (!word || word.start >= end) break
    if (word.end > end) continue
    const one = placeOf.get(word.wordClass) ?? 0
    once(one)
    for (let at = index + 1; at < words.length; at += 1) {
      const next = words[at]
      if (!next || next.start - word.end > near || next.start >= end) break
      const other = placeOf.get(next.wordClass) ?? 0
      if (next.end <= end && other !== one && next.start >= word.end) once(pairPlace(one, other))
    }
  }
  const best = new Map<number, number>()
  for (let index = firstFrom(matches, start); index < matches.length; index += 1) {
    const match = matches[index]
    if (!match || match.start >= end) break
    if (match.end > end) continue
    const place = ruleStart + ruleTypes.findIndex(type => type === match.type)
    best.set(place, Math.max(best.get(place) ?? 0, match.context))
  }
  for (const [place, value] of best) onFeature(place, value)
}

/** The place of the first that begins at `position` or after it. */
function firstFrom(sorted: readonly { readonly start: number }[], position: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle]?.start ?? position) < position) low = middle + 1
    else high = middle
  }
  return low
}

function pairPlace(one: number, other: number): number {
  const [low, high] = one < other ? [one, other] : [other, one]
  return classes.length + (high * (high - 1)) / 2 + low
}
