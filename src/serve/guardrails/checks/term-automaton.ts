/** Where a term stands in a text: `[start, end)`, and its place in the list. */
export interface TermMatch {
  readonly start: number
  readonly end: number
  readonly term: number
}

/** The longest term, in UTF-16 units. */
export const maxTermLength = 128

const space = 0x20
const none = -1

/**
 * Finds all terms of a list in one pass over a text, however many there are (Aho and Corasick, 1975). Case is folded where
 * asked for, and any run of white space counts as one space.
 */
export class TermAutomaton {
  readonly #isCaseSensitive: boolean
  /** By node: where to go on when no edge fits; the term that ends here; the next node on the way back where one ends. */
  readonly #fail: number[] = [0]
  readonly #term: number[] = [none]
  readonly #shorter: number[] = [0]
  readonly #depth: number[] = [0]
  readonly #lengths: number[] = []
  readonly #edges = new EdgeTable()
  /** Where to go from each node with each printable ASCII character, for lists that are not too long. */
  #steps = new Uint16Array(0)
  /** Edges of the root, where nearly all of a text is spent. */
  readonly #rootEdges = new Int32Array(65_536)

  constructor(terms: readonly string[], options: { readonly isCaseSensitive?: boolean } = {}) {
    this.#isCaseSensitive = options.isCaseSensitive ?? false
    const children: [node: number, parent: number, unit: number][] = []
    for (const [index, term] of terms.entries()) this.#add(this.#unitsOf(term), index, children)
    this.#link(children)
  }

  /** All matches, by where they end; those that end together from the longest on. */
  matchesIn(text: string): TermMatch[] {
    const found: TermMatch[] = []
    this.#run(text, (node, positions, consumed, end) => {
      for (
        let at = this.#term[node] === none ? this.#shorterOf(node) : node;
        at !== 0;
        at = this.#shorterOf(at)
      ) {
        const term = this.#term[at] ?? none
        const length = this.#lengths[term] ?? 0
        found.push({ start: positions[(consumed - length) & positionMask] ?? 0, end, term })
      }
    })
    return found
  }

  /** Where the longest beginning of a term starts that the end of the text is, or `text.length`. */
  openFrom(text: string): number {
    const from = Math.max(0, text.length - 8 * maxTermLength)
    const tail = from === 0 ? text : text.slice(from)
    const { node, positions, consumed } = this.#run(tail, () => {})
    const depth = this.#depth[node] ?? 0
    return depth === 0 ? text.length : from + (positions[(consumed - depth) & positionMask] ?? 0)
  }

  #run(
    text: string,
    onEnd: (node: number, positions: Int32Array, consumed: number, end: number) => void,
  ): { node: number; positions: Int32Array; consumed: number } {
    const positions = new Int32Array(positionMask + 1)
    let node = 0
    let consumed = 0
    let before = 0
    for (let at = 0; at < text.length; at += 1) {
      const unit = this.#fold(text.charCodeAt(at))
      if (unit === space && before === space) continue
      before = unit
      positions[consumed & positionMask] = at
      consumed += 1
      node = node === 0 ? (this.#rootEdges[unit] ?? 0) : this.#next(node, unit)
      if (node !== 0 && (this.#term[node] !== none || this.#shorter[node] !== 0))
        onEnd(node, positions, consumed, at + 1)
    }
    return { node, positions, consumed }
  }

  #next(from: number, unit: number): number {
    const column = unit - firstPrintable
    return column >= 0 && column < printables && this.#steps.length > 0
      ? (this.#steps[from * printables + column] ?? 0)
      : this.#step(from, unit)
  }

  #step(from: number, unit: number): number {
    for (let node = from; node !== 0; node = this.#fail[node] ?? 0) {
      const next = this.#edges.get(node, unit)
      if (next !== 0) return next
    }
    return this.#rootEdges[unit] ?? 0
  }

  #shorterOf(node: number): number {
    return this.#shorter[node] ?? 0
  }

  #unitsOf(term: string): number[] {
    const units = Array.from({ length: term.length }, (_, at) => this.#fold(term.charCodeAt(at)))
    return units.filter((unit, at) => unit !== space || units[at - 1] !== space)
  }

  #fold(unit: number): number {
    if (unit < 0x80 && !this.#isCaseSensitive) return asciiFolds[unit] ?? unit
    return foldUnit(unit, this.#isCaseSensitive)
  }

  #add(units: readonly number[], term: number, children: [number, number, number][]): void {
    this.#lengths[term] = units.length
    let node = 0
    for (const unit of units) {
      let next = node === 0 ? (this.#rootEdges[unit] ?? 0) : this.#edges.get(node, unit)
      if (next === 0) {
        next = this.#fail.length
        this.#fail.push(0)
        this.#term.push(none)
        this.#shorter.push(0)
        this.#depth.push((this.#depth[node] ?? 0) + 1)
        if (node === 0) this.#rootEdges[unit] = next
        else this.#edges.set(node, unit, next)
        children.push([next, node, unit])
      }
      node = next
    }
    if (this.#term[node] === none) this.#term[node] = term
  }

  /** Links every node to the longest of its endings that begins a term, nearest to the root first. */
  #link(children: [number, number, number][]): void {
    children.sort(([one], [other]) => (this.#depth[one] ?? 0) - (this.#depth[other] ?? 0))
    for (const [node, parent, unit] of children) {
      const fail = parent === 0 ? 0 : this.#step(this.#fail[parent] ?? 0, unit)
      this.#fail[node] = fail
      this.#shorter[node] = this.#term[fail] === none ? this.#shorterOf(fail) : fail
    }
    if (this.#fail.length <= maxTabulated) this.#tabulate(children.map(([node]) => node))
  }

  /** Where a node has no edge of its own it goes where the node does that it falls back to, which comes before it. */
  #tabulate(nodes: readonly number[]): void {
    const steps = new Uint16Array(this.#fail.length * printables)
    for (const node of [0, ...nodes]) {
      for (let column = 0; column < printables; column += 1) {
        const unit = column + firstPrintable
        const own = node === 0 ? this.#rootEdges[unit] : this.#edges.get(node, unit)
        steps[node * printables + column] = own || (steps[(this.#fail[node] ?? 0) * printables + column] ?? 0)
      }
    }
    this.#steps = steps
  }
}

/** Positions of the last units that counted; more than the longest term has. */
const positionMask = 2 * maxTermLength - 1

const firstPrintable = 0x20
const printables = 96
/** A table of so many nodes has 3 MB. */
const maxTabulated = 16_384

const anySpace = /\s/
const foldPages: (Uint16Array | undefined)[] = []
const asciiFolds = Uint16Array.from({ length: 0x80 }, (_, unit) => foldUnit(unit, false))

/** In lower case where that is one unit too, and all white space as a space. */
function foldUnit(unit: number, isCaseSensitive: boolean): number {
  const page = (foldPages[unit >> 8] ??= Uint16Array.from({ length: 256 }, (_, low) => {
    const character = String.fromCharCode((unit & 0xff00) | low)
    if (anySpace.test(character)) return space
    const lower = character.toLowerCase()
    return lower.length === 1 ? lower.charCodeAt(0) : character.charCodeAt(0)
  }))
  const folded = page[unit & 0xff] ?? unit
  return isCaseSensitive && folded !== space ? unit : folded
}

/** From a node and a unit to a node, in flat arrays with open addressing; 0 where there is no edge. */
class EdgeTable {
  #size = 0
  #nodes = new Int32Array(1_024)
  #units = new Uint16Array(1_024)
  #targets = new Int32Array(1_024)

  get(node: number, unit: number): number {
    const mask = this.#nodes.length - 1
    for (let slot = slotOf(node, unit) & mask; ; slot = (slot + 1) & mask) {
      const target = this.#targets[slot] ?? 0
      if (target === 0 || (this.#nodes[slot] === node && this.#units[slot] === unit)) return target
    }
  }

  set(node: number, unit: number, target: number): void {
    if (this.#size * 2 >= this.#nodes.length) this.#grow()
    const mask = this.#nodes.length - 1
    let slot = slotOf(node, unit) & mask
    while (this.#targets[slot] !== 0) slot = (slot + 1) & mask
    this.#nodes[slot] = node
    this.#units[slot] = unit
    this.#targets[slot] = target
    this.#size += 1
  }

  #grow(): void {
    const [nodes, units, targets] = [this.#nodes, this.#units, this.#targets]
    this.#size = 0
    this.#nodes = new Int32Array(nodes.length * 2)
    this.#units = new Uint16Array(nodes.length * 2)
    this.#targets = new Int32Array(nodes.length * 2)
    for (const [slot, target] of targets.entries())
      if (target !== 0) this.set(nodes[slot] ?? 0, units[slot] ?? 0, target)
  }
}

function slotOf(node: number, unit: number): number {
  return (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 7
}
