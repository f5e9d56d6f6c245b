import { createRequire } from 'node:module'
import type * as Core from 'libphonenumber-js/core'
import type * as Phones from 'libphonenumber-js/max'
import type table from 'libphonenumber-js/max/metadata'
import { isDigitAt, isWordAt } from '../scanning/character-classes.ts'
import type { Page } from '../scanning/page.ts'

const mostDigits = 17
const separators = ' -.()/'

/** Words before a number that say it is one to call. */
const phoneContext =
  /\b(?:tele?(?:ph(?:one)?|fono?n?|foon(?:nummer)?|fone|fonem|fonu)?|ph|phone|mobile?|mob|cell(?:phone|ulare)?|fax|handy(?:nummer)?|rufnummer|anruf(?:en)?|ruf|whatsapp|signal|sms|hotline|portable|appelez|movil|celular|llam[ae]r?|chiam[ai]\w*|bel(?:len)?|gsm|kom(?:orka|orkowy)?|zadzwon\w*|dzwon\w*|telemovel|telem|lig(?:ue|ar)|numero de tel\w*|call(?: me| us)?|dial|text(?: me)?|ring|contact (?:no|number)|reach (?:me|us|him|her))\b[^a-z]{0,6}(?:(?:at|on|is|:|unter|ist|au|est|al|es|il|e|op|to|jest|nr|no|n|number|nummer|numer|numero|me|us|him|her|mich|mi)[^a-z0-9]{1,3}){0,3}[^a-z0-9]{0,6}$/

/** Numbers of a country as they are dialled in it. */
interface Plan {
  readonly region: Core.CountryCode
  readonly national: RegExp
}

export type PhonePlans = readonly Plan[]

const load = createRequire(import.meta.url)
let phones: typeof Phones | undefined

/** The library with its table of all numbers, loaded when the first policy wants it. */
function phoneLibrary(): typeof Phones {
  phones ??= load('libphonenumber-js/max') as typeof Phones
  return phones
}

/** Regions that nobody has numbers of are left out. */
export function plansOf(regions: Iterable<string>): PhonePlans {
  const { isSupportedCountry } = phoneLibrary()
  const { Metadata } = load('libphonenumber-js/core') as typeof Core
  const metadata = load('libphonenumber-js/max/metadata') as typeof table
  const plans: Plan[] = []
  for (const region of regions) {
    if (!isSupportedCountry(region)) continue
    const reader = new Metadata(metadata)
    reader.selectNumberingPlan(region)
    const plan = reader.numberingPlan
    if (!plan) continue
    const prefix = nationalPrefixOf(plan)
    plans.push({ region, national: new RegExp(`^${prefix}(?:${nationalPatternOf(plan)})$`) })
  }
  return plans
}

/** The library's own class has these without saying so in its types. */
interface WholePlan {
  nationalNumberPattern(): string
  nationalPrefix(): string | undefined
}

function nationalPatternOf(plan: object): string {
  return (plan as WholePlan).nationalNumberPattern()
}

function nationalPrefixOf(plan: object): string {
  const prefix = (plan as WholePlan).nationalPrefix()
  return prefix === undefined || prefix === '' ? '' : `(?:${prefix})?`
}

interface Written {
  readonly end: number
  readonly digits: string
  /** Runs of digits and what parts them: `(3) 3-4`. */
  readonly form: string
}

/** A number that can be called, from a `+`, a `(` or a digit at `at`, where no other number is under way. */
export function findPhone(page: Page, at: number, plans: PhonePlans): void {
  const { text } = page
  const isInternational = text.charAt(at) === '+' || (text.startsWith('00', at) && isDigitAt(text, at + 2))
  // digits in one piece count only with a word in front
  if (isDigitAt(text, at) && !isInternational && !page.hasWordsBefore(at) && isOnePiece(text, at)) return
  const ways = readPhone(text, at)
  if (ways.length === 0) return
  // the longest that is one
  for (const [index, way] of ways.slice(0, 4).entries()) {
    const score = isInternational
      ? scoreInternational(text, at, way)
      : scoreNational(page, at, way, index === 0, plans)
    if (score > 0) {
      page.found('PHONE_NUMBER', at, way.end, score)
      return
    }
  }
}

function isOnePiece(text: string, at: number): boolean {
  let end = at
  while (end - at <= mostDigits && isDigitAt(text, end)) end += 1
  return !separators.includes(text.charAt(end) || 'x')
}

/** Every end at which the number may be over, the longest first. */
function readPhone(text: string, at: number): Written[] {
  const ways: Written[] = []
  let digits = ''
  let form = ''
  let run = 0
  let isOpen = false
  let end = at
  if (text.charAt(end) === '+') end += 1
  for (; ; end += 1) {
    if (isDigitAt(text, end)) {
      digits += text.charAt(end)
      run += 1
      if (digits.length > mostDigits) return []
      continue
    }
    if (run > 0) form += String(run)
    if (run > 0 && digits.length >= 6 && !isOpen && !isWordAt(text, end)) ways.push({ end, digits, form })
    run = 0
    let next = end
    while (next - end < 3 && next < text.length && separators.includes(text.charAt(next))) {
      if (text.charAt(next) === '(') isOpen = true
      if (text.charAt(next) === ')') isOpen = false
      next += 1
    }
    if (next === end || !isDigitAt(text, next)) break
    form += text.slice(end, next)
    end = next - 1
  }
  return ways.reverse()
}

function scoreInternational(text: string, at: number, { end, digits }: Written): number {
  if (digits.length < 8) return 0
  const written = text.charAt(at) === '+' ? text.slice(at, end) : `+${text.slice(at + 2, end)}`
  const parsed = phoneLibrary().parsePhoneNumberFromString(written.replace('(0)', ''))
  if (parsed?.isValid() === true) return 0.95
  return text.charAt(at) === '+' && digits.length >= 10 && digits.length <= 15 && end - at > digits.length + 1
    ? 0.6
    : 0
}

const dateForm = /^(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})$/
const years = /^(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d$/
const thousands = /^\d{1,3}(?:\.\d{3})+$|^\d{1,3}(?: \d{3})+$/
const northAmerican = /^(?:1[ .-])?(?:\(3\) ?|\(3\)-|3[ .-])3[ .-]4$/
/** How nine and ten digits without a leading 0 are written in Spain, Portugal, Poland and Italy. */
const groupedAtHome = /^(?:3([ .-])3\1[34]|3([ .-])2\2[2]\2[2]|2([ .-])3\3(?:2\3[2]|4)|3[ .-][67])$/
const dotted = /^\d{1,3}(?:\.\d{1,3}){3}$/

function scoreNational(
  page: Page,
  at: number,
  { end, digits, form }: Written,
  isWhole: boolean,
  plans: PhonePlans,
): number {
  const { text } = page
  const written = text.slice(at, end)
  if (dateForm.test(written) || years.test(written) || dotted.test(written)) return 0
  const isParted = form.length > 2
  const isNamed = page.hasWordsBefore(at) && phoneContext.test(page.contextBefore(at))
  if (!isNamed && !isParted) return 0
  if (!isNamed && (digits.length < 9 || digits.length > 12)) return 0
  // the groups of a longer number
  if (!isNamed && (!isWhole || (text.charAt(at - 1) === ' ' && isDigitAt(text, at - 2)))) return 0
  // a decimal or an amount follows or is followed
  if (/^[.,]\d/.test(text.slice(end, end + 2)) || '%€$£'.includes(text.charAt(end) || ' x')) return 0
  let isValid = false
  let isMobile = false
  for (const { region, national } of plans) {
    const parsed = national.test(digits)
      ? phoneLibrary().parsePhoneNumberFromString(digits, region)
      : undefined
    if (parsed?.isValid() !== true) continue
    isValid = true
    isMobile ||= parsed.getType() === 'MOBILE'
  }
  if (isNamed) return isValid ? 0.9 : isParted && digits.length >= 7 ? 0.6 : digits.length >= 9 ? 0.5 : 0
  const startsNational = digits.startsWith('0') || text.charAt(at) === '('
  if (!isValid) return northAmerican.test(form) && text.charAt(at) === '(' ? 0.5 : 0
  if (startsNational) return 0.75
  if (northAmerican.test(form)) return 0.75
  if (digits.length > 11 || (!isMobile && (thousands.test(written) || !groupedAtHome.test(form)))) return 0.45
  return 0.55
}
