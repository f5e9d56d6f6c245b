/** One label that one annotator gave to one item. */
export interface Annotation {
  readonly item: number
  readonly annotator: number
  readonly label: number
}

export interface DawidSkene {
  /** posterior[item][class]: how likely the item is of the class, given all that was said of it. */
  readonly posterior: readonly (readonly number[])[]
  /** The share of each class. */
  readonly prevalence: readonly number[]
  /** confusion[annotator][true][said]: rows sum to 1. */
  readonly confusion: readonly (readonly (readonly number[])[])[]
  readonly iterations: number
  readonly hasConverged: boolean
}

/**
 * How good each annotator is and what each item is of, without knowing either (Dawid and Skene, Applied Statistics 28, 1979):
 * expectation–maximisation over a confusion matrix per annotator, from the majority's opinion. `smoothing` is a Dirichlet prior that
 * is added to each cell of the confusion matrices, and `smoothing` times the number of classes to the diagonal: with few labels an
 * annotator is taken to be better than chance until shown otherwise. It ends when no posterior moves by more than 1e-6, after
 * 200 rounds at most. Items without a label keep the prevalence as their posterior.
 */
export function dawidSkene(
  annotations: readonly Annotation[],
  size: { readonly items: number; readonly annotators: number; readonly classes: number },
  smoothing = 0.5,
): DawidSkene {
  const { items, annotators, classes } = size
  const posterior = Array.from({ length: items }, () => Array.from<number>({ length: classes }).fill(0))
  for (const { item, label } of annotations) bump(posterior[item], label, 1)
  for (const row of posterior) normalise(row, 1 / classes)
  let prevalence: number[] = []
  let confusion: number[][][] = []
  let iterations = 0
  let moved = Number.POSITIVE_INFINITY
  while (iterations < 200 && moved > 1e-6) {
    iterations += 1
    prevalence = Array.from<number>({ length: classes }).fill(smoothing)
    for (const row of posterior) for (const [k, share] of row.entries()) bump(prevalence, k, share)
    normalise(prevalence, 1 / classes)
    confusion = Array.from({ length: annotators }, () =>
      Array.from({ length: classes }, (_, truth) =>
        Array.from({ length: classes }, (__, said) => smoothing * (truth === said ? 1 + classes : 1)),
      ),
    )
    for (const { item, annotator, label } of annotations)
      for (let truth = 0; truth < classes; truth += 1)
        bump(confusion[annotator]?.[truth], label, posterior[item]?.[truth] ?? 0)
    for (const matrix of confusion) for (const row of matrix) normalise(row, 1 / classes)
    moved = expect(annotations, posterior, prevalence, confusion)
  }
  return { posterior, prevalence, confusion, iterations, hasConverged: moved <= 1e-6 }
}

/** Writes the new posteriors; returns by how much the most changed one moved. */
function expect(
  annotations: readonly Annotation[],
  posterior: number[][],
  prevalence: readonly number[],
  confusion: readonly (readonly (readonly number[])[])[],
): number {
  const logs = posterior.map(() => prevalence.map(Math.log))
  for (const { item, annotator, label } of annotations)
    for (const [truth, row] of (confusion[annotator] ?? []).entries())
      bump(logs[item], truth, Math.log(row[label] ?? 0))
  let moved = 0
  for (const [item, row] of logs.entries()) {
    const most = Math.max(...row)
    const weights = row.map(value => Math.exp(value - most))
    normalise(weights, 1 / prevalence.length)
    for (const [k, value] of weights.entries())
      moved = Math.max(moved, Math.abs(value - (posterior[item]?.[k] ?? 0)))
    posterior[item] = weights
  }
  return moved
}

function bump(row: number[] | undefined, at: number, by: number): void {
  if (row) row[at] = (row[at] ?? 0) + by
}

function normalise(row: number[], otherwise: number): void {
  const total = row.reduce((sum, value) => sum + value, 0)
  for (const index of row.keys()) row[index] = total > 0 ? (row[index] ?? 0) / total : otherwise
}
