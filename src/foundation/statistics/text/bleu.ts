import { countRuns, mtevalTokens } from './tokens.ts'

export type BleuSmoothing = 'exp' | 'floor' | 'add-1' | 'none'

export interface BleuOptions {
  /** `mtevalTokens` where left out. */
  readonly tokenize?: (text: string) => readonly string[]
  readonly smoothing?: BleuSmoothing
}

const order = 4

/** What BLEU of a corpus is the sum of. */
interface Counts {
  readonly matched: number[]
  readonly runs: number[]
  answerLength: number
  referenceLength: number
}

/**
 * BLEU of one answer, from 0 to 1 (Papineni, Roukos, Ward and Zhu, ACL 2002): the geometric mean of the modified precisions
 * of runs of 1 to 4 tokens, times the brevity penalty. Runs longer than the answer are left out of the mean (sacreBLEU's
 * "effective order"), and `exp` halves what stands for a precision of none each time (Chen and Cherry, WMT 2014, method 3):
 * what `sacrebleu.sentence_bleu` computes, divided by 100. `floor` counts 0.1 for none
 * (method 1), `add-1` one more of each run of two and longer (method 2). Several references: the best count of each run, the nearest length.
 */
export function sentenceBleu(
  answer: string,
  references: readonly string[],
  options: BleuOptions = {},
): number {
  const counts = empty()
  addCounts(counts, answer, references, options)
  return fromCounts(counts, options.smoothing ?? 'exp', true)
}

/** BLEU of many answers together, from 0 to 1, as `sacrebleu.corpus_bleu`, divided by 100. It is not the mean of theirs. */
export function corpusBleu(
  pairs: readonly { readonly answer: string; readonly references: readonly string[] }[],
  options: BleuOptions = {},
): number {
  const counts = empty()
  for (const { answer, references } of pairs) addCounts(counts, answer, references, options)
  return fromCounts(counts, options.smoothing ?? 'exp', false)
}

function empty(): Counts {
  return { matched: [0, 0, 0, 0], runs: [0, 0, 0, 0], answerLength: 0, referenceLength: 0 }
}

function addCounts(
  counts: Counts,
  answer: string,
  references: readonly string[],
  options: BleuOptions,
): void {
  const tokenize = options.tokenize ?? mtevalTokens
  const said = tokenize(answer)
  const wanted = references.map(tokenize)
  const nearest = wanted
    .map(({ length }) => length)
    .toSorted((a, b) => Math.abs(a - said.length) - Math.abs(b - said.length) || a - b)
  counts.answerLength += said.length
  counts.referenceLength += nearest[0] ?? 0
  for (let size = 1; size <= order; size += 1) {
    const runs = wanted.map(tokens => countRuns(tokens, size))
    for (const [run, count] of countRuns(said, size)) {
      const most = Math.max(0, ...runs.map(known => known.get(run) ?? 0))
      counts.matched[size - 1] = (counts.matched[size - 1] ?? 0) + Math.min(count, most)
    }
    counts.runs[size - 1] = (counts.runs[size - 1] ?? 0) + Math.max(0, said.length - size + 1)
  }
}

function fromCounts(counts: Counts, smoothing: BleuSmoothing, isEffective: boolean): number {
  if (counts.matched.every(count => count === 0)) return 0
  let logs = 0
  let orders = 0
  let halving = 1
  for (let index = 0; index < order; index += 1) {
    const added = smoothing === 'add-1' && index > 0 ? 1 : 0
    const runs = (counts.runs[index] ?? 0) + added
    const matched = (counts.matched[index] ?? 0) + added
    if (runs === 0) break
    orders = index + 1
    if (matched > 0) logs += Math.log(matched / runs)
    else if (smoothing === 'exp') {
      halving *= 2
      logs += Math.log(1 / (halving * runs))
    } else if (smoothing === 'floor') logs += Math.log(0.1 / runs)
    else return 0
  }
  if (!isEffective && orders < order) return 0
  const { answerLength: said, referenceLength: wanted } = counts
  const brevity = said >= wanted ? 1 : Math.exp(1 - wanted / said)
  return brevity * Math.exp(logs / orders)
}
