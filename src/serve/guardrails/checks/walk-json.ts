/** Deeper JSON is refused. */
const maxDepth = 200

export interface Span {
  readonly start: number
  readonly end: number
}

/** Where the text stops being JSON. */
export class JsonError extends Error {
  readonly at: number

  constructor(at: number) {
    super('is not JSON')
    this.at = at
  }
}

/** Is told of every string value: the key that it or the list around it stands under, and where its quotes stand. */
export type OnString = (key: string | undefined, span: Span) => void

/**
 * Walks over the JSON value that begins at `start`, and returns where it ends, and where in the text the value stands that
 * `path` leads to. Throws `JsonError`. Strict as JSON.parse is.
 */
export function walkJson(
  text: string,
  start: number,
  path: readonly string[] = [],
  onString?: OnString,
): { whole: Span; found: Span | undefined } {
  const walk = new Walk(text, start, path, onString)
  const whole = walk.value(0, 0)
  return { whole, found: walk.found }
}

class Walk {
  found: Span | undefined
  readonly #text: string
  readonly #path: readonly string[]
  readonly #onString: OnString | undefined
  #key: string | undefined
  #at: number

  constructor(text: string, start: number, path: readonly string[], onString: OnString | undefined) {
    this.#text = text
    this.#path = path
    this.#onString = onString
    this.#at = start
  }

  /** `matched` segments of the path lead to this value; `undefined` where it is beside the path. */
  value(depth: number, matched: number | undefined): Span {
    if (depth > maxDepth) throw new JsonError(this.#at)
    this.#skipSpace()
    const start = this.#at
    const first = this.#text[start]
    if (first === '{') this.#object(depth, matched)
    else if (first === '[') this.#array(depth, matched)
    else if (first === '"') this.#string()
    else this.#scalar()
    const span = { start, end: this.#at }
    if (first === '"') this.#onString?.(this.#key, span)
    if (matched === this.#path.length) this.found = span
    return span
  }

  #object(depth: number, matched: number | undefined): void {
    const key = this.#key
    this.#at += 1
    if (this.#takes('}')) return
    do {
      this.#skipSpace()
      const quoted = this.#string()
      this.#expect(':')
      const name = String(JSON.parse(quoted))
      const leads = matched !== undefined && this.#path[matched] === name
      this.#key = name
      this.value(depth + 1, leads ? matched + 1 : undefined)
      this.#key = key
    } while (this.#takes(','))
    this.#expect('}')
  }

  #array(depth: number, matched: number | undefined): void {
    this.#at += 1
    if (this.#takes(']')) return
    let index = 0
    do {
      const leads = matched !== undefined && this.#path[matched] === String(index)
      this.value(depth + 1, leads ? matched + 1 : undefined)
      index += 1
    } while (this.#takes(','))
    this.#expect(']')
  }

  #string(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw new JsonError(start)
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      if (this.#at >= this.#text.length || this.#text.charCodeAt(this.#at) < 0x20)
        throw new JsonError(this.#at)
      if (this.#text[this.#at] !== '\\') continue
      const escape = /(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
      escape.lastIndex = this.#at + 1
      if (!escape.test(this.#text)) throw new JsonError(this.#at)
      this.#at = escape.lastIndex - 1
    }
    this.#at += 1
    return this.#text.slice(start, this.#at)
  }

  #scalar(): void {
    const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y
    scalar.lastIndex = this.#at
    if (!scalar.test(this.#text)) throw new JsonError(this.#at)
    this.#at = scalar.lastIndex
  }

  #takes(character: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw new JsonError(this.#at)
  }

  #skipSpace(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1
  }
}
