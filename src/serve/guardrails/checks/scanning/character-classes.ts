/** What a unit of text is to the recognisers. */
export const other = 0
export const digit = 1
export const lower = 2
export const upper = 4
export const letter = lower | upper
export const word = digit | letter

const classes = new Uint8Array(128)
for (let unit = 0x30; unit <= 0x39; unit += 1) classes[unit] = digit
for (let unit = 0x41; unit <= 0x5a; unit += 1) classes[unit] = upper
for (let unit = 0x61; unit <= 0x7a; unit += 1) classes[unit] = lower

const anyLetter = /\p{L}|\p{M}/u
const anyUpper = /\p{Lu}/u

/** 256 units a page, made when first met. */
const pages: (Uint8Array | undefined)[] = []

/** The class of the unit at `at`; `other` outside of the text. */
export function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit < 128) return classes[unit] ?? other
  // outside of the text it is not a number
  return unit >= 128 ? beyondAscii(unit) : other
}

function beyondAscii(unit: number): number {
  const page = (pages[unit >> 8] ??= Uint8Array.from({ length: 256 }, (_, low) =>
    classify(String.fromCharCode((unit & 0xff00) | low)),
  ))
  return page[unit & 255] ?? other
}

function classify(character: string): number {
  if (anyUpper.test(character)) return upper
  return anyLetter.test(character) ? lower : other
}

export function isDigitAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0x30 && unit <= 0x39
}

export function isWordAt(text: string, at: number): boolean {
  return (classAt(text, at) & word) !== 0
}
