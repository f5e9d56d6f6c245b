import type { Row } from '../dataset.ts'
import type { Attribute } from './lexicon.ts'
import { createSubstituter, type NoCounterfactual, type Substituter } from './substitute.ts'

export interface RowForms {
  /** One for each group, in the order of the attribute's. */
  readonly rows: readonly Row[]
  readonly origin: number | undefined
}

/** Between texts that are swapped together; no text holds it. */
const seam = '\u0000'

/** An attribute in one of its languages, made ready. */
export interface ReadyAttribute {
  readonly attribute: Attribute
  readonly substituter: Substituter
}

/** Attributes by name, each with its languages. */
export function readyAttributes(attributes: readonly Attribute[]): Map<string, ReadyAttribute[]> {
  const ready = attributes.map(attribute => ({ attribute, substituter: createSubstituter(attribute) }))
  return Map.groupBy(ready, ({ attribute }) => attribute.name)
}

/** Words that texts of a language are full of: enough to tell those that ship apart. */
const commonWords: Readonly<Record<string, RegExp>> = {
  en: /\b(?:the|and|is|i|to|my|for|with|not|we|it|where|how|please|you|was|of|on|this|have)\b/giu,
  de: /\b(?:der|die|das|und|ich|nicht|ist|ein|eine|für|mit|zu|wir|es|wo|wie|mein|meine|bitte|den|auf|habe)\b/giu,
}

/** The forms of a row in the language that its texts are most likely of, or the first other that has any. */
export function formsInLanguage(
  row: Row,
  columns: readonly string[],
  languages: readonly ReadyAttribute[],
  introduces?: number,
): (RowForms & { readonly attribute: Attribute }) | NoCounterfactual {
  const text = columns
    .flatMap(name => textsOf(row[name]))
    .join(' ')
    .slice(0, 4_000)
  const likeness = ({ attribute }: ReadyAttribute): number =>
    text.match(commonWords[attribute.language] ?? /$^/u)?.length ?? 0
  const [likely, ...others] = languages.toSorted((left, right) => likeness(right) - likeness(left))
  if (!likely) return 'nothing to substitute'
  let why: NoCounterfactual = 'nothing to substitute'
  for (const one of [likely, ...others]) {
    const forms = formsOf(row, columns, one.substituter, one === likely ? introduces : undefined)
    if (typeof forms !== 'string') return { ...forms, attribute: one.attribute }
    if (one === likely) why = forms
  }
  return why
}

/**
 * A row once for each group: the texts of its input columns are swapped together, so that one person stays one person. Of a
 * conversation (a list of messages) what the user says is swapped.
 */
function formsOf(
  row: Row,
  columns: readonly string[],
  substituter: Substituter,
  introduces?: number,
): RowForms | NoCounterfactual {
  const texts = columns.flatMap(name => textsOf(row[name]))
  if (texts.length === 0) return 'nothing to substitute'
  const found = substituter.substitute(texts.join(seam), { introduces })
  if (typeof found === 'string') return found
  return {
    origin: found.origin,
    rows: found.texts.map(joined => {
      const swapped = joined.split(seam)
      return {
        ...row,
        ...Object.fromEntries(columns.map(name => [name, putTexts(row[name], swapped)])),
      }
    }),
  }
}

interface Message {
  readonly role: string
  readonly content: string
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value.replaceAll(seam, '')]
  return isConversation(value) ? value.filter(isSaid).map(({ content }) => content.replaceAll(seam, '')) : []
}

/** Takes as many texts from the front of `swapped` as the value has. */
function putTexts(value: unknown, swapped: string[]): unknown {
  if (typeof value === 'string') return swapped.shift()
  if (!isConversation(value)) return value
  return value.map(message => (isSaid(message) ? { ...message, content: swapped.shift() } : message))
}

function isConversation(value: unknown): value is readonly Message[] {
  return Array.isArray(value) && value.every(one => typeof one === 'object' && one !== null && 'role' in one)
}

function isSaid(message: Message): boolean {
  return message.role === 'user' && typeof message.content === 'string'
}
