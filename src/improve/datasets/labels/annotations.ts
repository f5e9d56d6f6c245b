/** Labels that several annotators gave, with names as numbers. */
export interface Annotations {
  /** Keys of items. */
  readonly items: readonly string[]
  readonly annotators: readonly string[]
  /** Distinct labels in their order. */
  readonly labels: readonly string[]
  /** byItem[item]: who said what; one label for each annotator. */
  readonly byItem: readonly (readonly { readonly annotator: number; readonly label: number }[])[]
  /** Where one annotator labelled an item twice, the later counts; how often that was. */
  readonly repeated: number
  /** slices[column][item]: its value, as an index into `sliceValues[column]`; −1 for none. */
  readonly slices: readonly (readonly number[])[]
  readonly sliceValues: readonly (readonly string[])[]
}

/** Collects labels as they are read. */
export class AnnotationsBuilder {
  readonly #items = new Map<string, number>()
  readonly #annotators = new Map<string, number>()
  readonly #labels = new Map<string, number>()
  readonly #byItem: Map<number, number>[] = []
  readonly #sliceIndices: Map<string, number>[]
  readonly #slices: number[][]
  #repeated = 0

  constructor(sliceColumns: number) {
    this.#sliceIndices = Array.from({ length: sliceColumns }, () => new Map())
    this.#slices = Array.from({ length: sliceColumns }, () => [])
  }

  add(item: string, annotator: string, label: string, slices: readonly (string | null)[] = []): void {
    const at = indexIn(this.#items, item)
    const labels = (this.#byItem[at] ??= new Map())
    const who = indexIn(this.#annotators, annotator)
    if (labels.has(who)) this.#repeated += 1
    labels.set(who, indexIn(this.#labels, label))
    for (const [column, value] of slices.entries()) {
      const values = this.#slices[column]
      const indices = this.#sliceIndices[column]
      if (values && indices) values[at] ??= value === null ? -1 : indexIn(indices, value)
    }
  }

  build(order?: readonly string[]): Annotations {
    const names = [...this.#labels.keys()].toSorted(order ? byOrder(order) : compareLabels)
    const places = new Map(names.map((name, place) => [name, place]))
    const moved = [...this.#labels.keys()].map(name => places.get(name) ?? 0)
    return {
      items: [...this.#items.keys()],
      annotators: [...this.#annotators.keys()],
      labels: names,
      byItem: this.#byItem.map(labels =>
        [...labels].map(([annotator, label]) => ({ annotator, label: moved[label] ?? 0 })),
      ),
      repeated: this.#repeated,
      slices: this.#slices.map(values => Array.from(this.#items.values(), at => values[at] ?? -1)),
      sliceValues: this.#sliceIndices.map(indices => [...indices.keys()]),
    }
  }
}

function indexIn(indices: Map<string, number>, name: string): number {
  const known = indices.get(name)
  if (known !== undefined) return known
  indices.set(name, indices.size)
  return indices.size - 1
}

/** Numbers by their value, before names by their letters. */
export function compareLabels(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)]
  if (a.trim() !== '' && b.trim() !== '' && Number.isFinite(x) && Number.isFinite(y)) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}

function byOrder(order: readonly string[]): (a: string, b: string) => number {
  const place = (label: string): number => {
    const at = order.indexOf(label)
    return at === -1 ? order.length : at
  }
  return (a, b) => place(a) - place(b) || compareLabels(a, b)
}
