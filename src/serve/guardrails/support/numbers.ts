import { type Language, languageOf, stemsOf } from './words.ts'

/** Zero to twenty, then the tens; an underscore where a language needs two words. */
const lines: Readonly<Record<Language, string>> = {
  en: 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety',
  de: 'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig',
  fr: 'zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize _ _ _ vingt trente quarante cinquante soixante _ _ _',
  es: 'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa',
  it: 'zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta',
  pt: 'zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa',
  nl: 'nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig',
}
const words = new Map(
  Object.entries(lines).map(([language, line]) => [
    language as Language,
    new Map(line.split(' ').map((word, at) => [word, at <= 20 ? at : (at - 18) * 10])),
  ]),
)

const scales: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  tausend: 1e3,
  mille: 1e3,
  mil: 1e3,
  mila: 1e3,
  duizend: 1e3,
  million: 1e6,
  millions: 1e6,
  millionen: 1e6,
  mio: 1e6,
  millón: 1e6,
  millones: 1e6,
  milione: 1e6,
  milioni: 1e6,
  milhão: 1e6,
  milhões: 1e6,
  miljoen: 1e6,
  billion: 1e9,
  billions: 1e9,
  bn: 1e9,
  milliarde: 1e9,
  milliarden: 1e9,
  mrd: 1e9,
  milliards: 1e9,
  milliard: 1e9,
  miliardi: 1e9,
  miljard: 1e9,
}

const percents = new Set(['percent', 'prozent', 'procent', 'pct'])

const pattern =
  /(?<![\p{L}\p{N}])(?:(\d{1,2})\s?(?::|h)\s?(\d{2})(?!\d|[.,]\d)|(\d{1,3}(?: \d{3})+(?!\d)|\d[\d.,'’\u{a0}\u{202f}]*\d|\d))(?:\s?(%|‰))?(?:[\s\u{a0}-]?(\p{L}+))?|(?<![\p{L}\p{N}])(\p{L}+)(?![\p{L}\p{N}])/gu

const timeOfDay = 'time of day'

/** What stands behind a full hour. */
const hours = new Set(['uhr', 'h', 'heures', 'horas', 'ore', 'uur', 'oclock', 'am', 'pm', 'a', 'p'])

/** A number of a text, with the ways in which it may be meant: `1.500` is 1500 or 1.5. */
export interface TextNumber {
  readonly readings: readonly string[]
  /** The stem of the word behind it, where that carries a meaning: what it counts. */
  readonly unit: string | undefined
  /** The stems of the two words of meaning before it: of what it is said. */
  readonly before: readonly string[]
}

/**
 * The numbers of a text, written in digits or, up to twenty and in tens, in words of its language; each in every reading that
 * its points and commas allow, percentages and times of day apart from plain numbers. `one` is left out: it is an article
 * more often.
 */
export function numbersOf(text: string, language: Language | undefined = languageOf(text)): TextNumber[] {
  const known = language && words.get(language)
  const plain = text.normalize('NFC')
  const numbers: TextNumber[] = []
  for (const match of plain.matchAll(pattern)) {
    const [whole, hour, minute, digits, sign, unit, word] = match
    const value = word === undefined ? undefined : known?.get(word.toLowerCase())
    if (word !== undefined && (value === undefined || value === 1)) continue
    const before = stemsOf(plain.slice(Math.max(0, match.index - 60), match.index)).slice(-2)
    const suffix = unit?.toLowerCase() ?? ''
    if (hour !== undefined) {
      numbers.push({ readings: [`${Number(hour)}:${minute}`], unit: timeOfDay, before })
    } else if (digits === undefined) {
      const next = /^\s+(\p{L}+)/u.exec(
        plain.slice(match.index + whole.length, match.index + whole.length + 40),
      )
      numbers.push({ readings: [String(value)], unit: unitOf(next?.[1] ?? ''), before })
    } else if (hours.has(suffix)) {
      numbers.push({ readings: [digits, `${Number(digits)}:00`], unit: timeOfDay, before })
    } else {
      const isPercent = sign === '%' || percents.has(suffix)
      const scale = scales[suffix] ?? 1
      const values = readingsOf(digits).map(one => one * scale)
      numbers.push({
        readings: values.map(one => `${Number(one.toPrecision(12))}${isPercent ? '%' : ''}`),
        unit: isPercent || scale !== 1 ? undefined : unitOf(unit ?? ''),
        before,
      })
    }
  }
  return numbers
}

/** `1,234.5` is one number; `1.234` is 1234 to some and 1.234 to others; `3.5.1` is no number but a name for one. */
function readingsOf(digits: string): number[] {
  const plain = digits.replace(/['’ \u{a0}\u{202f}]/gu, '')
  const marks = Array.from(plain).filter(character => character === '.' || character === ',')
  const last = marks.at(-1)
  if (last === undefined) return [Number(plain)]
  const isMixed = marks.includes('.') && marks.includes(',')
  const asDecimal = (): number => Number(plain.replaceAll(last === '.' ? ',' : '.', '').replace(last, '.'))
  const asWhole = (): number => Number(plain.replace(/[.,]/g, ''))
  if (isMixed) return [asDecimal()]
  if (marks.length > 1) return [asWhole()]
  const isGroup = /^\d{1,3}[.,]\d{3}$/.test(plain)
  return isGroup ? [asWhole(), asDecimal()] : [asDecimal()]
}

function unitOf(word: string): string | undefined {
  return word.length < 3 ? undefined : stemsOf(word)[0]
}
