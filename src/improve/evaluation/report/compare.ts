import { mcNemarExact, wilcoxonSignedRank } from '../../../foundation/statistics/index.ts'
import { type Estimate, estimateMean, examplesToDecide } from './estimate.ts'

export type ComparisonVerdict =
  | 'better'
  | 'worse'
  /** Whatever the difference is, it lies within the margin. */
  | 'equivalent'
  | 'undecided'
  /** It is the opinion of a judge that too few people have corrected. */
  | 'uncalibrated'

/** What one release does better or worse than another on the same examples, by one evaluator. */
export interface Comparison {
  readonly verdict: ComparisonVerdict
  /** Examples that both have a score for. */
  readonly pairs: number
  /** Challenger minus baseline; `undefined` where it is not known well enough to be shown. */
  readonly difference: Estimate | undefined
  /** Of the hypothesis that there is no difference. */
  readonly p: number | undefined
  readonly test: 'mcnemar' | 'wilcoxon' | 'none'
  /** Cohen's d of the pairs: the mean difference by its standard deviation. */
  readonly effect: number | undefined
  readonly improved: number
  readonly worsened: number
  readonly same: number
  /** About how many examples would decide it. */
  readonly examplesToDecide: number | undefined
}

export interface ComparedPair {
  readonly baseline: number
  readonly challenger: number
}

/** Below that nothing is said, whatever the numbers look like. */
export const leastPairs = 10

/**
 * Holds two releases against each other on the same examples. The interval is of the mean difference over examples (each the mean over
 * its repeats). `better` and `worse` need the interval on one side of 0 and the test to agree: McNemar's exact one where all
 * scores are 0 or 1, else Wilcoxon's signed ranks. `equivalent` needs the whole interval within the margin (the test of
 * two one-sided hypotheses; Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987, with the wider interval).
 */
export function comparePairs(
  pairs: readonly ComparedPair[],
  options: { readonly margin: number; readonly confidence: number; readonly seed: string | number },
): Comparison {
  const { margin, confidence } = options
  const differences = pairs.map(({ baseline, challenger }) => challenger - baseline)
  const difference = estimateMean(differences, { confidence, seed: options.seed, range: [-1, 1] })
  const improved = differences.filter(value => value > 0).length
  const worsened = differences.filter(value => value < 0).length
  const isBinary = pairs.every(({ baseline, challenger }) => isBit(baseline) && isBit(challenger))
  const test = improved + worsened === 0 ? 'none' : isBinary ? 'mcnemar' : 'wilcoxon'
  const p =
    test === 'mcnemar'
      ? mcNemarExact(worsened, improved)
      : test === 'wilcoxon'
        ? wilcoxonSignedRank(differences)?.p
        : undefined
  const verdict = verdictOf(difference, p, margin, confidence)
  return {
    verdict,
    pairs: pairs.length,
    difference,
    p,
    test,
    effect: effectOf(differences),
    improved,
    worsened,
    same: pairs.length - improved - worsened,
    examplesToDecide: verdict === 'undecided' ? neededFor(difference, margin) : undefined,
  }
}

/** What an interval of a difference says, with a test beside it where there is one. */
export function verdictOf(
  difference: Pick<Estimate, 'n' | 'low' | 'high'> | undefined,
  p: number | undefined,
  margin: number,
  confidence: number,
): Exclude<ComparisonVerdict, 'uncalibrated'> {
  if (!difference || difference.n < leastPairs) return 'undecided'
  const { low, high } = difference
  if (low >= -margin && high <= margin) return 'equivalent'
  const isSure = p === undefined || p <= 1 - confidence
  if (low > 0 && isSure) return 'better'
  if (high < 0 && isSure) return 'worse'
  return 'undecided'
}

/** The easier of two decisions: that it differs, or that it lies within the margin. */
function neededFor(difference: Estimate | undefined, margin: number): number | undefined {
  if (!difference) return undefined
  if (difference.n < leastPairs) return leastPairs
  const differs = examplesToDecide(difference, 0)
  const outer = difference.mean < 0 ? -margin : margin
  const isWithin = Math.abs(difference.mean) < margin
  const equals = isWithin ? examplesToDecide(difference, outer) : undefined
  const known = [differs, equals].filter(value => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function effectOf(differences: readonly number[]): number | undefined {
  const n = differences.length
  if (n < 2) return undefined
  const mean = differences.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  return deviation === 0 ? undefined : mean / deviation
}

const isBit = (value: number): boolean => value === 0 || value === 1
