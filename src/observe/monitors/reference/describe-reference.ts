import type { StreamReference } from './reference.ts'

const day = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
const plain = (value: number): string => Number(value.toPrecision(3)).toString()

/** What a stream is held against, in words. */
export function describeReference({ origin, rows, fromMs, untilMs, detectors }: StreamReference): string {
  if (origin?.kind === 'evaluation') {
    const mean = detectors[0]?.means['all']?.mean ?? 0
    return `the run ${origin.run} of ${origin.suite}, by ${origin.evaluator}: ${rows} examples that the release ${origin.release} answered, with a mean of ${plain(mean)}, at least ${plain(origin.least)}`
  }
  if (origin?.kind === 'dataset') return `${rows} prompts of ${origin.version} (${origin.column})`
  return `${rows} values of the traffic from ${day(fromMs)} to ${day(untilMs)}`
}
