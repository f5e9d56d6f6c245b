/**
 * A placeholder: `<EMAIL_ADDRESS_1f3a9c>`, the type of what it stands for and a tag. Short and plain, so that models carry
 * it along as it is; what they do to it all the same (brackets lost, underscores escaped) is understood on its way back.
 */

/** Hexadecimal digits of a tag; more where two values of a conversation would get the same. */
export const tagDigits = 6

export function placeholderName(type: string, tag: string): string {
  return `${plainType(type)}_${tag}`
}

export function placeholderText(name: string): string {
  return `<${name}>`
}

/** In capitals, digits and underscores, at most 40 of them, beginning with a letter. */
export function plainType(type: string): string {
  const plain = type
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^[_0-9]+/, '')
    .slice(0, 40)
    .replace(/_+$/, '')
  return plain === '' ? 'VALUE' : plain
}

/** What could be one of ours, in each form in which it may come back; brackets may be escaped as JSON does it. */
const anyForm =
  /(?:(<|\\u003[cC])|(?<![A-Za-z0-9_]))([A-Z](?:[A-Z0-9]|\\?_)*\\?_[0-9a-f]{6,16})(?![A-Za-z0-9_])(>|\\u003[eE])?/g

/** A part of a text that a value goes in place of. */
export interface FoundPlaceholder {
  readonly start: number
  readonly end: number
  readonly value: string
}

/** Every placeholder that `valueOf(name)` knows, in their order. */
export function findPlaceholders(
  text: string,
  valueOf: (name: string) => string | undefined,
): FoundPlaceholder[] {
  // most texts have none
  if (!/_[0-9a-f]{6}/.test(text)) return []
  const found: FoundPlaceholder[] = []
  for (const match of text.matchAll(anyForm)) {
    const [whole, open, written = '', close] = match
    const value = valueOf(written.replaceAll('\\', ''))
    if (value === undefined) continue
    // one bracket alone belongs to the text around it
    const hasBoth = open !== undefined && close !== undefined
    const start = match.index + (hasBoth ? 0 : (open?.length ?? 0))
    const end = match.index + whole.length - (hasBoth ? 0 : (close?.length ?? 0))
    found.push({ start, end, value })
  }
  return found
}

/** The names of all that look like placeholders. */
export function namesIn(text: string): string[] {
  const names: string[] = []
  findPlaceholders(text, name => {
    names.push(name)
    return undefined
  })
  return names
}

/** Every way in which a name may begin to come back: what a stream has to be held for. */
export function formsOf(name: string): string[] {
  const marked = name.replaceAll('_', String.raw`\_`)
  return [`<${name}>`, `\\u003c${name}\\u003e`, `\\u003C${name}\\u003E`, `<${marked}>`, name, marked]
}

/** Values that mean the same get the same placeholder: spelling that says nothing is taken off them first. */
export function normalise(type: string, text: string): string {
  const plain = text.normalize('NFKC').trim().replaceAll(/\s+/g, ' ')
  if (/EMAIL|URL|DOMAIN|IP_ADDRESS|MAC_ADDRESS/.test(type)) return plain.toLowerCase()
  if (/PHONE|CARD|IBAN|ACCOUNT|SSN|NATIONAL|PASSPORT|TAX|INSURANCE|_ID$/.test(type)) {
    return plain.replaceAll(/[\s().\-/]/g, '').toUpperCase()
  }
  return plain
}
