import { classAt, isDigitAt, isWordAt, letter, upper } from '../scanning/character-classes.ts'
import type { Page } from '../scanning/page.ts'

/** A word with a capital, or a short one with its full stop: `Baker`, `O'Hara`, `St.`. */
const capital = "\\p{Lu}(?:\\p{L}{0,2}\\.|[\\p{L}'’-]{0,24})"
const englishTypes =
  'Street|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|Close|Crescent|Cres|Gardens|Gdns|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Trl|Alley|Mews|Row|Walk|Grove|Hill|Park|Plaza|Loop|Path|Pike|Route|Expressway|Turnpike|Green|Rise|View|Wharf|Common'
/** As they are and with a capital. */
const alsoCapital = (types: string) =>
  types
    .split('|')
    .flatMap(type => [type, type.charAt(0).toUpperCase() + type.slice(1)])
    .join('|')
const frenchTypes = alsoCapital(
  'rue|avenue|av\\.?|boulevard|bd\\.?|blvd|place|pl\\.?|chemin|all[ée]e|impasse|quai|route|cours|passage|square|faubourg|sentier|voie',
)
const particles =
  "(?:(?:de|des|du|la|le|les|l'|d'|l’|d’|van|von|der|den|het|'t|dei|della|delle|del|dell'|degli|los|las|el|y|e|i|da|do|dos|das|et|und|en|am|an|im|zum|zur|ks\\.|gen\\.|św\\.) ?){0,4}"

/** `12 Main Street`, `221B Baker St.`, `350 N. Fifth Avenue`. */
const english = new RegExp(
  `\\d{1,5}[A-Za-z]?(?:[-/]\\d{1,4})?,? (?:(?:[NSEW]|NE|NW|SE|SW|North|South|East|West)\\.? )?(?:(?:${capital}|\\d{1,3}(?:st|nd|rd|th)) ){1,4}(?:${englishTypes})\\b\\.?`,
  'uy',
)
/** `12 bis, rue de la Paix`. */
const french = new RegExp(
  `\\d{1,4}(?: ?(?:bis|ter|quater|[A-D]))?,? (?:${frenchTypes}) ${particles}${capital}(?:[ -]${particles}${capital}){0,4}`,
  'uy',
)
/** `980 Schinner Camp` of no known type: only with city, state and ZIP code behind it. */
const american = new RegExp(
  `\\d{1,5} (?:(?:[NSEW]|North|South|East|West)\\.? )?${capital}(?:[ -]${capital}){0,3}(?:,? (?:Apt|Apt\\.|Suite|Unit) ?[\\w-]{1,6})?, ${capital}(?:[ -]${capital}){0,3},? [A-Z]{2},? \\d{5}(?:-\\d{4})?(?!\\d)`,
  'uy',
)
/** What may stand behind the street: a flat, then a place with or without its postcode. Each needs a comma or a new line. */
const flat = new RegExp(
  `(?:,? ?(?:Apt|Apartment|Suite|Ste|Unit|Flat|Room|App\\.?|Apto\\.?|Wohnung|piso|int\\.|sc\\.|m\\.|lok\\.)\\.? ?#?[\\p{L}\\d-]{1,6}|,? #\\d{1,5}[A-Z]?|, ?\\d{1,2}[ºª°](?: [A-Z])?)`,
  'uy',
)
const postcode =
  '(?:[A-Z]{1,2}\\d[A-Z\\d]? \\d[A-Z]{2}|(?:D-|A-|CH-|F-|I-|E-|L-|B-)?\\d{4,5}(?:-\\d{3,4})?(?: ?[A-Z]{2}(?![\\p{L}]))?|\\d{2}-\\d{3}|[A-Z]\\d[A-Z] \\d[A-Z]\\d)'
const city = `${capital}(?:[ -](?:${particles})?${capital}){0,3}`
const place = new RegExp(
  `(?: ?[,\\n–-] ?\\n?|,? )(?:${postcode},? ${city}(?: \\([A-Z]{2}\\))?|${city},? (?:[A-Z]{2},? )?${postcode}|${city}, [A-Z]{2}(?![\\p{L}]))`,
  'uy',
)

/** Before the house number, in languages that have it last: whole types, or what street names end in. Matched at the end of what is before. */
const typesBefore =
  'via viale v.le piazza p.za piazzale corso c.so largo vicolo strada lungomare contrada calle c/ avenida avda avda. av. plaza pza pza. paseo camino ronda carrer carretera travesía travesia glorieta barrio polígono poligono urbanización urbanizacion urb. rambla pasaje colonia cuesta bajada subida sector aldea caserío caserio arroyo parque rincón senda rotonda borgo salita piazzetta via. bulw. bulwar rynek skwer rondo marginal rua r. praça praca travessa alameda estrada rodovia ul. ulica ulicy al. aleja alei aleje pl. plac placu os. osiedle osiedlu rue straße strasse'
const typeBefore = alsoCapital(typesBefore.replaceAll('.', '\\.').replaceAll(' ', '|'))
const lastWord =
  '[\\p{L}-]{2,28}(?:straße|strasse|str\\.|weg|platz|allee|gasse|ring|damm|ufer|markt|chaussee|stieg|steig|straat|laan|plein|kade|gracht|dijk|singel|hof|steeg|pad|dreef|baan|lei|wal|park|berg|graben|promenade)'
const streetBefore = new RegExp(
  `(?:(?<![\\p{L}\\d])(?:${typeBefore}) ?${particles}(?:[1-9]º? )?${capital}(?:[ -]${particles}${capital}){0,4}|(?<![\\p{L}\\d-])(?:\\p{Lu}[\\p{L}-]{1,20}[ -]){0,2}(?:\\p{Lu}${lastWord}|(?:Straße|Strasse|Str\\.|Weg|Platz|Allee|Ring|Gasse))|(?<![\\p{L}])(?:(?:Am|Im|An der|Auf dem|Auf der|Zum|Zur|In der|Unter den|Hinter der) \\p{Lu}[\\p{L}-]{2,24}))[,]? ?(?:n[.º°]{0,2} ?|nr\\.? ?|núm\\. ?|no\\.? ?|nº ?)?$`,
  'u',
)
const house = /\d{1,4}(?: ?[a-zA-Z](?![\p{L}]))?(?:[-/]\d{1,4}[a-zA-Z]?)?/uy
const postBox =
  /(?:p\. ?o\. ?box|po box|postfach|bp|apartado(?: de correos)?|casella postale|postbus|skrytka pocztowa|caixa postal) ?$/i

/** How far before a house number its street is looked for. */
const longestStreet = 72
/** How far an address may reach behind its house number, so that it ends where it could be looked at from anywhere. */
const longestRest = 160

/** A postal address by the house number at `at`. */
export function findPostalAddress(page: Page, at: number): void {
  const { text } = page
  if (isWordAt(text, at - 1)) return
  let end = isStreetNext(text, at)
    ? (matchAt(american, text, at) ?? matchAt(english, text, at) ?? matchAt(french, text, at))
    : undefined
  let start = at
  let score = 0.75
  if (end === undefined && hasWordBefore(text, at) && canBeStreet(text, at)) {
    const before = text.slice(Math.max(0, at - longestStreet), at)
    const box = postBox.exec(before)
    const street = box ?? streetBefore.exec(before)
    end = street ? matchAt(house, text, at) : undefined
    if (street && end !== undefined) {
      // a street that the look began in the middle of begins where it is known to
      start = at - street[0].length
      score = 0.7
    }
  }
  if (end === undefined || isWordAt(text, end)) return
  const whole = withPlace(text, end)
  if (whole > end) score = 0.9
  page.found('POSTAL_ADDRESS', start, whole, score)
}

const types: ReadonlySet<string> = new Set(typesBefore.split(' '))
const signs: ReadonlySet<string> = new Set([
  'n',
  'n.',
  'nr',
  'nr.',
  'núm.',
  'no',
  'no.',
  'nº',
  'n°',
  'box',
  'postfach',
  'bp',
  'apartado',
  'correos',
  'postale',
  'postbus',
  'pocztowa',
  'postal',
  'am',
  'im',
  'an',
  'auf',
  'zum',
  'zur',
  'in',
  'unter',
  'hinter',
])
const suffixes: ReadonlySet<string> = new Set(
  'aße sse tr. weg atz lee ing amm fer rkt see ieg eig aat aan ein ade cht ijk gel hof eeg pad eef lei wal ark erg ben'.split(
    ' ',
  ),
)
const mostStreetWords = 7

/** Whether the words before `at` can be those of a street: the last ends as streets do, or one is a type of street. */
function canBeStreet(text: string, at: number): boolean {
  let end = at
  for (let passed = 0; passed < mostStreetWords && at - end < longestStreet; passed += 1) {
    while (end > 0 && ' ,'.includes(text.charAt(end - 1))) end -= 1
    let start = end
    while (end - start < 26 && start > 0 && !' ,\n'.includes(text.charAt(start - 1))) start -= 1
    if (start === end) return false
    const lower = text.slice(start, end).toLowerCase()
    if (types.has(lower) || signs.has(lower) || (passed < 2 && suffixes.has(lower.slice(-3)))) return true
    // the word before the number has a capital, or is a sign for one
    if (passed === 0 && (classAt(text, start) & upper) === 0) return false
    end = start
  }
  return false
}

function withPlace(text: string, from: number): number {
  const window = text.slice(0, from + longestRest)
  const flatEnd = matchAt(flat, window, from) ?? from
  const end = matchAt(place, window, flatEnd)
  if (end !== undefined && !isWordAt(text, end)) return end
  return isWordAt(text, flatEnd) ? from : flatEnd
}

/** Up to five digits, then a letter, or one behind a space, a comma and a space, or another number behind a `-` or `/`. */
function isStreetNext(text: string, at: number): boolean {
  let end = at
  while (end - at < 6 && isDigitAt(text, end)) end += 1
  if (end - at > 5) return false
  if ((classAt(text, end) & letter) !== 0) return true
  const sign = text.charAt(end)
  if (sign === '-' || sign === '/') return isDigitAt(text, end + 1)
  if (sign === ',') end += 1
  return text.charAt(end) === ' ' && isWordAt(text, end + 1)
}

/** A word or its full stop, then a space, a comma, or the sign for a number. */
function hasWordBefore(text: string, at: number): boolean {
  let end = at - 1
  while (at - end < 4 && ' ,º°'.includes(text.charAt(end) || 'x')) end -= 1
  return (
    end >= 0 &&
    end < at - 1 &&
    ((classAt(text, end) & letter) !== 0 || text.charAt(end) === '.' || text.charAt(end) === '/')
  )
}

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
