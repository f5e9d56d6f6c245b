import type { EvaluationReferenceConfig } from '../../../foundation/config/index.ts'
import { createMeanSequence, createRandom } from '../../../foundation/statistics/index.ts'
import { histogramOf } from '../reference/histogram.ts'
import { leastExamples, type StreamReference } from '../reference/reference.ts'
import type { Missing, ReferencePorts } from '../reference/reference-ports.ts'
import type { DeclaredStream } from './declared-monitor.ts'

/** How finely means are told apart. */
const parts = 1_000

/**
 * The reference of scores by an evaluation of the release that serves, as Podkopaev and Ramdas track the risk of a deployed model (ICLR 2022,
 * arXiv 2110.06177): half of the chance of a false alarm goes into a lower bound of what the run shows (betting; its examples drawn from
 * what they stand for), the other half into the live scores, which alarm once their upper bound lies below it by more than the effect.
 */
export async function takeEvaluation(
  ports: Pick<ReferencePorts, 'servingRelease' | 'findEvaluation'>,
  service: string,
  stream: DeclaredStream,
  wanted: EvaluationReferenceConfig,
): Promise<StreamReference | Missing> {
  const serving = ports.servingRelease(service)
  if (!serving) return { missing: `No release of ${service} serves.` }
  const { tenant, evaluation: suite, evaluator, falseAlarm } = wanted
  const found = await ports.findEvaluation({ tenant, suite, evaluator, service }, serving)
  if ('missing' in found) return found
  const { values, fromMs, untilMs } = found
  if (values.length < leastExamples)
    return {
      missing: `The run ${found.run} has ${values.length} examples with a score of ${evaluator}; ${leastExamples} are needed.`,
    }
  // each side of it is wrong with half of `alpha`
  const sequence = createMeanSequence({ alpha: falseAlarm, parts })
  const random = createRandom(found.run)
  // in an order that has nothing to do with the examples
  const drawn = values.map(value => ({ value, place: random.next() }))
  for (const { value } of drawn.toSorted((left, right) => left.place - right.place)) sequence.observe(value)
  const { mean } = sequence
  const least = sequence.bounds().low
  const rows = values.map(value => ({ measure: value, position: value }))
  return {
    origin: {
      kind: 'evaluation',
      run: found.run,
      suite,
      evaluator,
      release: found.release,
      releaseHash: found.releaseHash,
      least,
      falseAlarm,
    },
    fromMs,
    untilMs,
    rows: values.length,
    strata: 'none',
    judgeHash: stream.judgeHash,
    learned: {},
    detectors: [
      {
        name: 'below',
        direction: 'below',
        margin: mean - least + stream.effect,
        means: { all: { count: values.length, mean, halfWidth: mean - least } },
      },
    ],
    histogram: histogramOf('score', rows),
  }
}
