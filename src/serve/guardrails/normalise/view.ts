/** How a view came to be. The first of a text is `plain` or `normal`; all others are what stands in it written otherwise. */
export type ViewKind = 'plain' | 'normal' | 'folded' | 'decoded' | 'base64' | 'hex' | 'tags' | 'selectors'

/** A text as a reader or a model would take it, with the way back to where each unit of it stands in the original. */
export interface View {
  readonly kind: ViewKind
  readonly text: string
  /** Where in the original the unit at `index` begins; for `text.length`, where the original ends. */
  sourceStart(index: number): number
  /** Where in the original the unit before `end` ends; for 0, where the first begins. */
  sourceEnd(end: number): number
}

/** The text itself. */
export function plainView(text: string): View {
  return { kind: 'plain', text, sourceStart: index => index, sourceEnd: end => end }
}

/** Builds a view out of another one, unit by unit, in order. */
export class ViewBuilder {
  readonly #from: View
  #units: Uint16Array
  #starts: Uint32Array
  #ends: Uint32Array
  #length = 0

  constructor(from: View, capacity: number) {
    this.#from = from
    this.#units = new Uint16Array(capacity)
    this.#starts = new Uint32Array(capacity)
    this.#ends = new Uint32Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  /** One unit, for what stands in `[start, end)` of the view it is built from. */
  push(unit: number, start: number, end: number): void {
    if (this.#length === this.#units.length) this.#grow()
    const at = this.#length++
    this.#units[at] = unit
    this.#starts[at] = this.#from.sourceStart(start)
    this.#ends[at] = this.#from.sourceEnd(end)
  }

  pushText(text: string, start: number, end: number): void {
    for (let index = 0; index < text.length; index += 1) this.push(text.charCodeAt(index), start, end)
  }

  /** Takes `[start, end)` of the view over as it is. */
  copy(start: number, end: number): void {
    const { text } = this.#from
    for (let index = start; index < end; index += 1) this.push(text.charCodeAt(index), index, index + 1)
  }

  view(kind: ViewKind): View {
    const text = textOf(this.#units.subarray(0, this.#length))
    const starts = this.#starts
    const ends = this.#ends
    const length = this.#length
    const from = this.#from
    return {
      kind,
      text,
      sourceStart: index => (index < length ? (starts[index] ?? 0) : from.sourceStart(from.text.length)),
      sourceEnd: end => (end > 0 ? (ends[end - 1] ?? 0) : (starts[0] ?? 0)),
    }
  }

  #grow(): void {
    const capacity = this.#units.length * 2 + 16
    const units = new Uint16Array(capacity)
    const starts = new Uint32Array(capacity)
    const ends = new Uint32Array(capacity)
    units.set(this.#units)
    starts.set(this.#starts)
    ends.set(this.#ends)
    this.#units = units
    this.#starts = starts
    this.#ends = ends
  }
}

const unitsAtOnce = 8_192

function textOf(units: Uint16Array): string {
  let text = ''
  for (let start = 0; start < units.length; start += unitsAtOnce) {
    text += String.fromCharCode(...units.subarray(start, start + unitsAtOnce))
  }
  return text
}
