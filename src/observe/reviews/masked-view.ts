import type { ContentText, ReviewMark, ReviewText } from './review.ts'

/** Something that is not shown by default, and where it stands. */
export interface Hidden {
  readonly start: number
  readonly end: number
  readonly type: string
}

/** Finds what a person should not read without a reason: personal data and secrets. Sorted, without overlap. */
export type FindHidden = (text: string) => readonly Hidden[]

/** What stands for what, within one review: `[EMAIL_ADDRESS 1]` is the same text wherever it stands. */
export class Placeholders {
  readonly #originals = new Map<string, string>()
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  nameOf(type: string, original: string): string {
    const key = `${type}\n${original}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const count = (this.#counts.get(type) ?? 0) + 1
    this.#counts.set(type, count)
    const name = `⟦${type} ${count}⟧`
    this.#names.set(key, name)
    this.#originals.set(name, original)
    return name
  }

  /** What was hidden, to be sealed. */
  entries(): [name: string, original: string][] {
    return [...this.#originals]
  }

  static of(entries: readonly (readonly [name: string, original: string])[]): Placeholders {
    const placeholders = new Placeholders()
    for (const [name, original] of entries) {
      const [, type = '', count = '0'] = /^⟦(.*) (\d+)⟧$/.exec(name) ?? []
      placeholders.#originals.set(name, original)
      placeholders.#names.set(`${type}\n${original}`, name)
      placeholders.#counts.set(type, Math.max(placeholders.#counts.get(type) ?? 0, Number(count)))
    }
    return placeholders
  }

  /** Puts back what the placeholders stand for. Those that stand for nothing stay, and are returned. */
  restore(text: string): { readonly text: string; readonly unknown: readonly string[] } {
    const unknown: string[] = []
    const restored = text.replaceAll(/⟦[A-Z0-9_]+ \d+⟧/g, name => {
      const original = this.#originals.get(name)
      if (original === undefined) unknown.push(name)
      return original ?? name
    })
    return { text: restored, unknown }
  }
}

/** The texts as people read them by default. Marks keep pointing at what they pointed at. */
export function maskTexts<Text extends ReviewText>(
  texts: readonly Text[],
  find: FindHidden,
  placeholders: Placeholders,
): Text[] {
  return texts.map(text => maskText(text, find(text.text), placeholders))
}

function maskText<Text extends ReviewText>(
  text: Text,
  hidden: readonly Hidden[],
  placeholders: Placeholders,
): Text {
  if (hidden.length === 0) return text
  let masked = ''
  let at = 0
  /** Where each hidden part was, and where its placeholder is. */
  const moves: { start: number; end: number; to: number; toEnd: number }[] = []
  for (const { start, end, type } of hidden) {
    if (start < at) continue
    masked += text.text.slice(at, start)
    const name = placeholders.nameOf(type, text.text.slice(start, end))
    moves.push({ start, end, to: masked.length, toEnd: masked.length + name.length })
    masked += name
    at = end
  }
  masked += text.text.slice(at)
  const place = (offset: number, isEnd: boolean): number => {
    let shift = 0
    for (const move of moves) {
      if (offset <= move.start) break
      if (offset < move.end) return isEnd ? move.toEnd : move.to
      shift = move.toEnd - move.end
    }
    return offset + shift
  }
  const marks = text.marks.map(mark => ({
    ...mark,
    start: place(mark.start, false),
    end: place(mark.end, true),
  }))
  return { ...text, text: masked, marks: withHidden(marks, moves, hidden) }
}

/** A placeholder is marked even where no check of the policy pointed at it. */
function withHidden(
  marks: readonly ReviewMark[],
  moves: readonly { readonly start: number; readonly to: number; readonly toEnd: number }[],
  hidden: readonly Hidden[],
): ReviewMark[] {
  const added = moves
    .filter(move => !marks.some(mark => mark.start <= move.to && mark.end >= move.toEnd))
    .map(move => ({
      start: move.to,
      end: move.toEnd,
      type: hidden.find(({ start }) => start === move.start)?.type ?? 'HIDDEN',
    }))
  return [...marks, ...added].toSorted((a, b) => a.start - b.start)
}

/** The content with other texts at the same places. */
export function withTexts(
  content: string,
  changes: readonly { readonly at: ContentText['at']; readonly text: string }[],
): string {
  const parsed: unknown = JSON.parse(content)
  for (const { at, text } of changes) {
    const last = at.at(-1)
    const holder = at.slice(0, -1).reduce<unknown>((value, key) => memberOf(value, key), parsed)
    if (last === undefined || typeof memberOf(holder, last) !== 'string')
      throw new TypeError(`The content has no text at ${at.join('.')}.`)
    ;(holder as Record<string | number, unknown>)[last] = text
  }
  return JSON.stringify(parsed)
}

function memberOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined
}
