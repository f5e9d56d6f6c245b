import type { Attribute } from './lexicon.ts'

/** A text once for each group of an attribute, in the order of its groups. */
export interface Counterfactual {
  readonly texts: readonly string[]
  /** The group that the text itself is of; `undefined` where it was introduced, or holds words of several. */
  readonly origin: number | undefined
  readonly substitutions: number
}

export type NoCounterfactual = 'nothing to substitute' | 'words of several groups' | 'cannot be told apart'

interface Match {
  readonly start: number
  readonly end: number
  readonly group: number
  readonly forms: readonly string[]
}

/** The forms of an attribute, made ready once. */
export interface Substituter {
  /** Every form of the text, or why there is none. `introduces` puts a sentence with a name before what gives none. */
  substitute(
    text: string,
    options?: { readonly introduces?: number | undefined },
  ): Counterfactual | NoCounterfactual
}

const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu
const longestPhrase = 4
/** Articles and the like that a German noun's gender shows in. */
const agreeing =
  /(?:^|[^\p{L}])(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|mein|meine|meinen|meinem|meiner|ihre?|ihren|ihrem|seine?|seinen|seinem|unsere?|diese[rnms]?|jede[rnms]?|keine?|keinen|\p{Ll}+(?:e|er|en|em|es))\s+$/u

/**
 * Replaces each word of one group by that of another, with its case; `a` and `an` follow. A text that holds words of two
 * groups has no counterfactual of them ("his mother"): who is meant cannot be told. `her` is `his` before a noun and `him`
 * elsewhere, by the word that follows; a German noun after an article or an adjective, which would have to agree, is not
 * touched, and the text is left out.
 */
export function createSubstituter(attribute: Attribute): Substituter {
  const { groups, language } = attribute
  const byForm = new Map<string, { group: number; forms: readonly string[] }[]>()
  const learn = (forms: readonly string[], isName: boolean): void => {
    for (const [group, form] of forms.entries()) {
      const key = isName || language === 'de' ? form : form.toLowerCase()
      byForm.set(key, [...(byForm.get(key) ?? []), { group, forms }])
    }
  }
  for (const row of attribute.terms) learn(row, false)
  const [first = []] = attribute.names
  for (const place of first.keys())
    learn(
      attribute.names.map(list => list[place] ?? ''),
      true,
    )

  const lookUp = (text: string) =>
    byForm.get(text) ?? (language === 'de' ? undefined : byForm.get(text.toLowerCase()))

  function matchesOf(text: string): Match[] | 'cannot be told apart' {
    const words = [...text.matchAll(wordPattern)].map(found => ({
      start: found.index,
      end: found.index + found[0].length,
    }))
    const matches: Match[] = []
    for (let at = 0; at < words.length; at += 1) {
      for (let size = Math.min(longestPhrase, words.length - at); size > 0; size -= 1) {
        const [start, end] = [words[at]?.start ?? 0, words[at + size - 1]?.end ?? 0]
        const candidates = lookUp(text.slice(start, end).replaceAll('’', "'"))
        if (!candidates) continue
        const chosen = choose(candidates, text.slice(start, end).toLowerCase(), text.slice(end))
        if (!chosen) return 'cannot be told apart'
        const isNoun = language === 'de' && !attribute.names[chosen.group]?.includes(text.slice(start, end))
        if (isNoun && agreeing.test(text.slice(Math.max(0, start - 24), start))) return 'cannot be told apart'
        matches.push({ start, end, ...chosen })
        at += size - 1
        break
      }
    }
    return matches
  }

  function introduce(text: string, place: number): Counterfactual {
    const said = groups.map((_, group) => {
      const names = attribute.names[group] ?? []
      return `${attribute.introduction?.replace('{}', names[place % Math.max(1, names.length)] ?? '') ?? ''} ${text}`
    })
    return { texts: said, origin: undefined, substitutions: 1 }
  }

  return {
    substitute(text, { introduces } = {}) {
      const matches = matchesOf(text)
      if (matches === 'cannot be told apart') return matches
      const [one] = matches
      if (!one)
        return introduces !== undefined && attribute.introduction !== undefined && first.length > 0
          ? introduce(text, introduces)
          : 'nothing to substitute'
      if (matches.some(({ group }) => group !== one.group)) return 'words of several groups'
      return {
        texts: groups.map((_, group) =>
          group === one.group ? text : rewrite(text, matches, one.group, group),
        ),
        origin: one.group,
        substitutions: matches.length,
      }
    },
  }
}

/** What follows `her` where it is no possessive. */
const afterObject =
  /^\s+(?:and|or|but|to|for|with|at|in|on|from|by|about|that|if|when|because|so|again|yesterday|today|tomorrow|is|was|will|would|could|should|can|has|had|before|after|as|than|not|there|here|now|then|back|up|down|out|off|over|away|a|an|the|my|your|our|their|this|these|those|i|you|we|they|it|what|why|how|where|who|myself|yourself|ourselves|themselves)\b/iu

/** Of several readings the one that fits what follows; `undefined` where none can be told. */
function choose(
  candidates: readonly { group: number; forms: readonly string[] }[],
  word: string,
  following: string,
): { group: number; forms: readonly string[] } | undefined {
  if (candidates.length === 1) return candidates[0]
  if (new Set(candidates.map(({ group }) => group)).size > 1) return undefined
  const isPossessive = /^\s+\p{L}/u.test(following) && !afterObject.test(following)
  if (word === 'her') return candidates.find(({ forms }) => forms.includes(isPossessive ? 'his' : 'him'))
  if (word === 'his') return candidates.find(({ forms }) => forms.includes(isPossessive ? 'her' : 'hers'))
  // `sir` is `ma'am` and `madam`: the first that is declared
  return candidates[0]
}

function rewrite(text: string, matches: readonly Match[], origin: number, group: number): string {
  let written = ''
  let from = 0
  for (const { start, end, forms } of matches) {
    const form = forms[group] ?? ''
    const before = text.slice(from, start)
    const said = text.slice(start, end)
    written += withArticle(before, said, form) + likeCase(said, form, forms[origin] ?? '')
    from = end
  }
  return written + text.slice(from)
}

/** `a` before what began with a consonant becomes `an` before what begins with a vowel, and the other way round. */
function withArticle(before: string, was: string, now: string): string {
  const isVowel = (word: string): boolean => /^[aeiou]/i.test(word)
  if (isVowel(was) === isVowel(now)) return before
  return before.replace(/\b(a|an)(\s+)$/i, (_, article: string, space: string) => {
    const next = isVowel(now) ? 'an' : 'a'
    return (article.startsWith('A') ? next.charAt(0).toUpperCase() + next.slice(1) : next) + space
  })
}

/** All capitals stay; a first capital that stands only because a sentence begins goes over. */
function likeCase(was: string, now: string, declared: string): string {
  if (was.length > 1 && was === was.toUpperCase() && was !== was.toLowerCase()) return now.toUpperCase()
  const isCapital = (word: string): boolean => word.charAt(0) !== word.charAt(0).toLowerCase()
  return isCapital(was) && !isCapital(declared) ? now.charAt(0).toUpperCase() + now.slice(1) : now
}
