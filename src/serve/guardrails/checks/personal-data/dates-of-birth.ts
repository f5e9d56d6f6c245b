import { isDigitAt, isWordAt } from '../scanning/character-classes.ts'
import type { Page } from '../scanning/page.ts'

const months =
  'jan(?:uary|uar|vier|uari)?|feb(?:ruary|ruar|ruari|br(?:aio|ero))?|f[ée]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço|ca)?|märz|maart|apr(?:il|ile)?|avril|abril|may|mai|mei|maggio|mayo|maio|june?i?|juni?o|juin|giugno|junho|july?|juli?o?|juillet|luglio|julho|aug(?:ust|ustus)?|août|agosto|sep(?:t|tember|tembre|tiembre)?|settembre|setembro|o[ck]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embro)?|d[ée]c(?:embre)?|dic(?:embre|iembre)?|dezembro|enero|ene|gennaio|janeiro|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia'
const year = '(?:1[89]|20)\\d\\d'

const numeric = new RegExp(
  `(?:\\d{1,2}([./-])\\d{1,2}\\1(?:${year}|\\d\\d)|${year}([./-])\\d{1,2}\\2\\d{1,2}|\\d{1,2} \\d{1,2} ${year})(?![\\d])`,
  'y',
)
const named = new RegExp(
  `\\d{1,2}(?:st|nd|rd|th|er|\\.|º|°)?[ -](?:de |d'|of )?(?:${months})\\.?,?[ -](?:de |del |of )?${year}(?!\\d)`,
  'iy',
)
const afterMonth = new RegExp(`\\d{1,2}(?:st|nd|rd|th)?,? ${year}(?!\\d)`, 'y')
const monthBefore = new RegExp(`(?<![\\p{L}])(?:${months})\\.? $`, 'iu')

/** In folded text. */
const birth =
  /\b(?:d\.?o\.?b\.?|birth(?:day|date|-?date)?|born|geb(?:oren|urtsdatum|urtstag|\.)?|geboortedatum|geboortedag|naissance|nee?\(?e?\)?|nascita|nat[oa]|nacimiento|nacid[oa]|naci|nascimento|nascid[oa]|nasci|urodzeni[ae]|urodzon[ya]|urodzil\w*|urodzin|ur\.)(?![a-z])[^0-9]{0,32}$/

/** A date from the digit at `at` that is said to be somebody's birth. */
export function findDateOfBirth(page: Page, at: number): void {
  const { text } = page
  if (isWordAt(text, at - 1) || !canBeDate(text, at)) return
  let start = at
  let end = matchAt(numeric, text, at) ?? matchAt(named, text, at)
  if (end === undefined) {
    end = matchAt(afterMonth, text, at)
    if (end === undefined) return
    const month = monthBefore.exec(text.slice(Math.max(0, at - 14), at))
    if (!month) return
    start = at - month[0].length
  }
  if (isDigitAt(text, end) || !birth.test(page.contextBefore(start))) return
  page.found('DATE_OF_BIRTH', start, end, 0.9)
}

/** One, two or four digits, and behind them what parts a day, a month and a year. */
function canBeDate(text: string, at: number): boolean {
  let end = at
  while (end - at < 5 && isDigitAt(text, end)) end += 1
  const count = end - at
  if (count === 4) return isDigitAt(text, end + 1) && './-'.includes(text.charAt(end) || 'x')
  if (count > 2) return false
  const sign = text.charAt(end)
  if (sign === '.' || sign === '/' || sign === '-' || sign === ' ' || sign === ',')
    return isWordAt(text, end + 1) || text.charAt(end + 1) === ' '
  return isWordAt(text, end) || sign === 'º' || sign === '°'
}

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
