/** Words that the rules would take wrongly, as NLTK has them. */
const irregular: Readonly<Record<string, string>> = {
  sky: 'sky',
  skies: 'sky',
  dying: 'die',
  lying: 'lie',
  tying: 'tie',
  news: 'news',
  innings: 'inning',
  inning: 'inning',
  outings: 'outing',
  outing: 'outing',
  cannings: 'canning',
  canning: 'canning',
  howe: 'howe',
  proceed: 'proceed',
  exceed: 'exceed',
  succeed: 'succeed',
}

/**
 * The stem of an English word in lower case (Porter, Program 14, 1980), with the few changes that NLTK makes, by which ROUGE's own
 * package counts: irregular words, `-ied`, `-bli`, `-fulli`, `-logi`. Words of one and two letters are left alone.
 */
export function stemWord(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined
  if (known !== undefined) return known
  if (word.length <= 2) return word
  return [plurals, pasts, finalY, doubleSuffixes, simpleSuffixes, endings, finalE].reduce(
    (stem, step) => step(stem),
    word,
  )
}

function plurals(word: string): string {
  if (word.endsWith('ies')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2)
  if (word.endsWith('sses')) return word.slice(0, -2)
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

function pasts(word: string): string {
  if (word.endsWith('ied')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2)
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  const ending = ['ed', 'ing'].find(one => word.endsWith(one) && hasVowel(word.slice(0, -one.length)))
  if (ending === undefined) return word
  const stem = word.slice(0, -ending.length)
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`
  if (endsDoubled(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1)
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem
}

function finalY(word: string): string {
  const stem = word.slice(0, -1)
  return word.endsWith('y') && stem.length > 1 && isConsonant(stem, stem.length - 1) ? `${stem}i` : word
}

function doubleSuffixes(word: string): string {
  if (word.endsWith('alli') && measure(word.slice(0, -4)) > 0) return doubleSuffixes(word.slice(0, -2))
  // the stem of this one keeps its `l`
  if (word.endsWith('logi')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  return replaceSuffix(word, suffixes, 0)
}

const simpleSuffixes = (word: string): string => replaceSuffix(word, simple, 0)

function endings(word: string): string {
  const ending = lastEndings.find(one => word.endsWith(one))
  if (ending === undefined) return word
  const stem = word.slice(0, -ending.length)
  return measure(stem) > 1 && (ending !== 'ion' || /[st]$/.test(stem)) ? stem : word
}

function finalE(word: string): string {
  const stem = word.slice(0, -1)
  const without =
    word.endsWith('e') && (measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem))) ? stem : word
  return without.endsWith('ll') && measure(without.slice(0, -1)) > 1 ? without.slice(0, -1) : without
}

type Rules = readonly (readonly [suffix: string, replacement: string])[]

/** The first rule whose suffix is there decides, whether its stem is long enough or not. */
function replaceSuffix(word: string, rules: Rules, least: number): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix))
  if (!rule) return word
  const stem = word.slice(0, -rule[0].length)
  return measure(stem) > least ? stem + rule[1] : word
}

const suffixes: Rules = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['fulli', 'ful'],
]

const simple: Rules = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]

const lastEndings = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ion',
  'ou',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
]

function isConsonant(word: string, at: number): boolean {
  const letter = word.charAt(at)
  if ('aeiou'.includes(letter)) return false
  return letter !== 'y' || at === 0 || !isConsonant(word, at - 1)
}

const hasVowel = (stem: string): boolean => Array.from(stem).some((_, at) => !isConsonant(stem, at))

/** How many times consonants follow vowels. */
function measure(stem: string): number {
  let [count, wasVowel] = [0, false]
  for (let at = 0; at < stem.length; at += 1) {
    const isVowel = !isConsonant(stem, at)
    if (wasVowel && !isVowel) count += 1
    wasVowel = isVowel
  }
  return count
}

function endsDoubled(stem: string): boolean {
  const last = stem.length - 1
  return last > 0 && stem[last] === stem[last - 1] && isConsonant(stem, last)
}

/** Consonant, vowel, consonant at the end, the last no `w`, `x` or `y`; or a vowel and a consonant in all. */
function endsShort(stem: string): boolean {
  const last = stem.length - 1
  if (stem.length === 2) return !isConsonant(stem, 0) && isConsonant(stem, 1)
  return (
    stem.length > 2 &&
    isConsonant(stem, last - 2) &&
    !isConsonant(stem, last - 1) &&
    isConsonant(stem, last) &&
    !/[wxy]$/.test(stem)
  )
}
