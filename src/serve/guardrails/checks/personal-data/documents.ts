import { classAt, digit, word } from '../scanning/character-classes.ts'
import type { Page } from '../scanning/page.ts'

/** Between the word and the number: `no.`, `number is`, `: `. In folded text. */
const joint =
  '(?:[ :#=."\'-]|no\\b|nr\\b|num\\b|n[o°º]?\\b|number|nummer|numero|numer|is\\b|ist\\b|est\\b|es\\b|jest\\b|id\\b|du\\b|di\\b|de\\b|e\\b|my\\b|the\\b|lautet|was\\b|mit der\\b|with\\b){0,8}$'

const passport = new RegExp(
  `\\b(?:passport|reisepass(?:nummer|nr)?|passnummer|pass-?nr|passeport|pasaporte|passaporto|paspoort(?:nummer)?|paszport[ua]?|passaporte)\\b${joint}`,
)
const licence = new RegExp(
  `\\b(?:driv(?:er|ing)['’]?s? ?(?:licen[cs]e|permit)|dl|führerschein(?:nummer)?|fuhrerschein(?:nummer)?|permis de conduire|permiso de conducir|carnet de conducir|licencia de conducir|patente(?: di guida)?|rijbewijs(?:nummer)?|praw[oa] jazdy|carta de conducao|cnh)\\b${joint}`,
)

const longest = 20

/**
 * A passport or driver's licence from the letter or digit at `at`, where a word begins: these have no check digit that can be
 * relied on, so only what a word in front of it names counts.
 */
export function findDocument(page: Page, at: number): void {
  const { text } = page
  let end = at
  let digits = 0
  while (
    end - at <= longest &&
    ((classAt(text, end) & word) !== 0 ||
      ((text.charAt(end) === '-' || text.charAt(end) === '/') && (classAt(text, end + 1) & word) !== 0))
  ) {
    if ((classAt(text, end) & digit) !== 0) digits += 1
    end += 1
  }
  const length = end - at
  if (digits < 4 || length > longest || length < 5) return
  if (!page.hasWordsBefore(at)) return
  const context = page.contextBefore(at)
  if (length >= 6 && length <= 12 && passport.test(context)) page.found('PASSPORT', at, end, 0.9)
  else if (licence.test(context)) page.found('DRIVER_LICENCE', at, end, 0.85)
}
