import { findPlaceholders, formsOf, type FoundPlaceholder } from './placeholder.ts'

/** Finds what goes back to its value in a text that comes in pieces. */
export class Returning {
  readonly #valueOf: (name: string) => string | undefined
  /** Every form of the placeholders that may come. */
  readonly #forms: readonly string[]
  /** No placeholder, in whatever form it comes, is longer; in UTF-16 units. */
  readonly maxSpan: number

  /** `names`: those that may come back; `valueOf` knows what they stand for. */
  constructor(names: Iterable<string>, valueOf: (name: string) => string | undefined) {
    this.#valueOf = valueOf
    this.#forms = [...names].flatMap(formsOf)
    this.maxSpan = this.#forms.reduce((longest, { length }) => Math.max(longest, length), 0)
  }

  /** Sorted, without overlap. */
  find(text: string): FoundPlaceholder[] {
    return findPlaceholders(text, this.#valueOf)
  }

  /** Where in the text one may have begun that is not whole yet; its length where none has. */
  openFrom(text: string): number {
    for (let start = Math.max(0, text.length - this.maxSpan); start < text.length; start += 1) {
      if (!isFirst(text.charCodeAt(start))) continue
      const isWithinWord = isWordCharacter(text[start]) && isWordCharacter(text[start - 1])
      if (!isWithinWord && this.#isBeginning(text.slice(start))) return start
    }
    return text.length
  }

  /** Without its brackets a whole one is a beginning too: it ends only where something else begins. */
  #isBeginning(text: string): boolean {
    return this.#forms.some(
      form => form.startsWith(text) && (text.length < form.length || /[0-9a-f]$/.test(text)),
    )
  }
}

/** Changes a text that comes in pieces. What `push` returns may go on at once; `end` returns what it still held. */
export interface TextTransform {
  push(piece: string): string
  end(): string
}

/** What the text is: in `json` a value is escaped as the inside of a string. */
export type TextForm = 'text' | 'json'

/**
 * Puts values back in the place of their placeholders. Holds a piece back only from where a placeholder that it knows may
 * have begun, so nothing waits that cannot be one.
 */
export class Reidentifier implements TextTransform {
  readonly #returning: Returning
  readonly #form: TextForm
  #held = ''
  /** The last character that went on: whether a name begins is told by what stands before it. */
  #before = ''

  constructor(returning: Returning, form: TextForm) {
    this.#returning = returning
    this.#form = form
  }

  push(piece: string): string {
    if (this.#returning.maxSpan === 0) return piece
    const text = this.#before + this.#held + piece
    return this.#release(text, Math.max(this.#before.length, this.#returning.openFrom(text)))
  }

  end(): string {
    const text = this.#before + this.#held
    return this.#release(text, text.length)
  }

  /** The text from after its first character, which has gone already, to `until`. */
  #release(text: string, until: number): string {
    const ready = text.slice(0, until)
    let given = ''
    let at = this.#before.length
    for (const { start, end, value } of this.#returning.find(ready)) {
      // one that had begun there would have been held
      if (start < this.#before.length) continue
      given += ready.slice(at, start) + (this.#form === 'json' ? JSON.stringify(value).slice(1, -1) : value)
      at = end
    }
    given += ready.slice(at)
    this.#held = text.slice(until)
    this.#before = ready.slice(-1)
    return given
  }
}

/** `<`, a backslash or a capital letter: nothing else begins a placeholder. */
function isFirst(code: number): boolean {
  return code === 0x3c || code === 0x5c || (code >= 0x41 && code <= 0x5a)
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z0-9_]$/.test(character)
}
