import { bootstrapInterval, createRandom, exactProportion } from '../../../foundation/statistics/index.ts'

/** The loss of one example under both: nats over `tokens` tokens. */
export interface LossPair {
  readonly tokens: number
  readonly before: number
  readonly after: number
}

/** A difference with the ends of its interval. */
export interface Change {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface PerplexityChange {
  readonly examples: number
  readonly tokens: number
  readonly before: number
  readonly after: number
  /** Of the perplexity, as a share of what it was: 0.01 is 1 % more. */
  readonly rise: Change
}

const confidence = 0.95

/**
 * Perplexity is e to the mean loss of a token (Jelinek et al., JASA 62 S1, 1977); its rise is e to the mean difference,
 * minus 1. The interval is a BCa bootstrap over examples, whose tokens are not independent of each other. `undefined` for fewer than two.
 */
export function comparePerplexity(pairs: readonly LossPair[]): PerplexityChange | undefined {
  const counted = pairs.filter(({ tokens }) => tokens > 0)
  const sum = (pick: (pair: LossPair) => number): number =>
    counted.reduce((total, pair) => total + pick(pair), 0)
  const tokens = sum(pair => pair.tokens)
  const found = bootstrapInterval(
    counted.length,
    indices => {
      let [difference, read] = [0, 0]
      for (let at = 0; at < indices.length; at += 1) {
        const pair = counted[indices[at] ?? 0]
        difference += (pair?.after ?? 0) - (pair?.before ?? 0)
        read += pair?.tokens ?? 0
      }
      return difference / read
    },
    { random: createRandom(1), confidence },
  )
  return (
    found && {
      examples: counted.length,
      tokens,
      before: Math.exp(sum(pair => pair.before) / tokens),
      after: Math.exp(sum(pair => pair.after) / tokens),
      rise: {
        estimate: Math.expm1(found.estimate),
        low: Math.expm1(found.low),
        high: Math.expm1(found.high),
      },
    }
  )
}

export interface AnswerChange {
  readonly answers: number
  /** Shares of the answers that are what was wanted, letter by letter. */
  readonly before: number
  readonly after: number
  readonly worse: number
  readonly better: number
  /** Of the share. */
  readonly drop: Change
}

/**
 * The drop of a share of right answers: that of answers which got worse less that of those which got better. Both have
 * an exact interval at half of the error, so that the difference of their ends holds also where nothing changed.
 */
export function compareAnswers(
  rows: readonly { readonly before: boolean; readonly after: boolean }[],
): AnswerChange | undefined {
  const total = rows.length
  if (total === 0) return undefined
  const worse = rows.filter(row => row.before && !row.after).length
  const better = rows.filter(row => !row.before && row.after).length
  // each of the two intervals fails half as often as both together may
  const losses = exactProportion(worse, total, (1 + confidence) / 2)
  const gains = exactProportion(better, total, (1 + confidence) / 2)
  return {
    answers: total,
    before: rows.filter(row => row.before).length / total,
    after: rows.filter(row => row.after).length / total,
    worse,
    better,
    drop: {
      estimate: (worse - better) / total,
      low: losses.low - gains.high,
      high: losses.high - gains.low,
    },
  }
}

export type GateOutcome = 'passed' | 'failed' | 'undecided'

/** Whether a change is at most `limit`: said only where all of its interval lies on one side. */
export function judgeChange({ low, high }: Change, limit: number): GateOutcome {
  if (high <= limit) return 'passed'
  return low > limit ? 'failed' : 'undecided'
}
