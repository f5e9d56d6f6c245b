import { leastExamples, type ReferenceOrigin, type StreamReference } from './reference.ts'
import type { Missing, NewerEvaluation } from './reference-ports.ts'

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

/** That a run has ended which could take the place of the one that a stream is held against, and how it does. */
export function describeNewer(
  monitor: string,
  stream: string,
  { suite, evaluator }: Extract<ReferenceOrigin, { kind: 'evaluation' }>,
  { run, endedAtMs, values }: NewerEvaluation,
): string {
  const newer = `A newer completed run of ${suite} has asked the same release: ${run}, which ended at ${day(endedAtMs)}`
  if (values.length < leastExamples)
    return `${newer}. It has ${values.length} examples with a score of ${evaluator}; ${leastExamples} are needed to hold anything against it.`
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return `${newer}, with ${values.length} examples and a mean of ${plain(mean)}. To take it, which ends the alarms of the stream: \`slipway monitor reference ${monitor} --stream ${stream}\`.`
}

/** In what the evaluator of a run differs from the judge whose scores are held against it; `undefined` where in nothing. */
export function describeUnlike(
  { evaluator }: Extract<ReferenceOrigin, { kind: 'evaluation' }>,
  judge: string,
  found: readonly string[] | Missing,
): string | undefined {
  if ('missing' in found)
    return `Whether ${evaluator} in that run measured what the judge ${judge} does cannot be told: ${found.missing}.`
  return found.length === 0
    ? undefined
    : `${evaluator} in that run did not measure just what the judge ${judge} does. They differ in ${found.join('; in ')}.`
}
