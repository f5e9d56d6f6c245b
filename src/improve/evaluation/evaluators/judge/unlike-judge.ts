import type { JudgeConfig } from '../../../../foundation/config/index.ts'
import type { FindRelease } from '../../ports.ts'
import type { EvaluatorOfRun } from '../../runs/evaluator-of-run.ts'
import { parseRelease } from '../../suites/suite.ts'
import { consistencyParameters } from '../self-consistency.ts'
import { rubricParameters, temperatureOf } from './rubric-judge.ts'

type JudgeOf<Kind extends JudgeConfig['kind']> = Extract<JudgeConfig, { kind: Kind }>

/** Which evaluator measures what a judge of a kind does. */
const likes: Readonly<Record<JudgeConfig['kind'], string>> = {
  rubric: 'llm-judge',
  groundedness: 'groundedness',
  'self-consistency': 'self-consistency',
}

/**
 * In what an evaluator of a run differs from a judge as it is now, each as words after "differ in"; none where nothing does that can be told. `service` is
 * whose answers the judge scores. Where they are of different kinds nothing else is compared.
 */
export function unlikeJudge(
  evaluator: EvaluatorOfRun,
  judge: JudgeConfig,
  { service, findRelease }: { readonly service: string; readonly findRelease: FindRelease },
): string[] {
  if (evaluator.use !== likes[judge.kind]) return [inBoth('the kind', evaluator.use, judge.kind)]
  const asked =
    judge.kind === 'self-consistency'
      ? unlikeService(evaluator, judge.sampled ?? service, 'that is asked again', findRelease)
      : unlikeService(evaluator, judge.service, 'that judges', findRelease)
  if (judge.kind === 'rubric') return [...unlikeRubric(evaluator, judge), ...asked]
  return judge.kind === 'groundedness'
    ? [
        ...asked,
        ...differing('the method', 'llm', judge.method),
        ...differing('the temperature', 0, judge.temperature),
      ]
    : [...asked, ...unlikeConsistency(evaluator, judge)]
}

function unlikeRubric(
  { parameters, isExpectationKnown }: EvaluatorOfRun,
  { rubric, temperature }: JudgeOf<'rubric'>,
): string[] {
  const given = rubricParameters.parse(parameters)
  return [
    ...(plain(given.rubric) === plain(rubric.criterion) ? [] : ['the text of the rubric']),
    ...differing('the labels', worths(given.labels), worths(rubric.labels)),
    ...differing('the temperature', temperatureOf(given), temperature),
    ...differing('how often it is asked', given.votes, 1),
    ...(given.showExpected && isExpectationKnown
      ? ['what it sees (in the run also what the example expects)']
      : []),
  ]
}

function unlikeConsistency(
  { parameters }: EvaluatorOfRun,
  { compare, samples }: JudgeOf<'self-consistency'>,
): string[] {
  const given = consistencyParameters.parse(parameters)
  return [
    inBoth('how answers are compared', given.agreement, compare),
    ...differing('how often it is asked again', given.samples, samples),
  ]
}

function unlikeService(
  { services, hasAsked }: EvaluatorOfRun,
  live: string,
  doing: string,
  findRelease: FindRelease,
): string[] {
  const [asked = ''] = services
  if (parseRelease(asked).service !== live) return [inBoth(`the service ${doing}`, asked, live)]
  const release = findRelease({ service: live, release: undefined })
  // its hash says model, prompt and parameters
  return release && !hasAsked([release.hash])
    ? [
        `the release of ${live} ${doing} (now ${release.release}, and in the run another, or that one as it was)`,
      ]
    : []
}

type Plain = string | number | null

function differing(what: string, run: Plain, judge: Plain): string[] {
  return run === judge ? [] : [inBoth(what, run, judge)]
}

function inBoth(what: string, run: Plain, judge: Plain): string {
  return `${what} (${run ?? 'none'} in the run, ${judge ?? 'none'} of the judge)`
}

/** Lines are broken differently in different files. */
function plain(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ')
}

/** Which label comes first says nothing of what they are worth. */
function worths(labels: Readonly<Record<string, number>>): string {
  return Object.entries(labels)
    .toSorted(([left, one], [right, other]) => other - one || (left < right ? -1 : 1))
    .map(([label, value]) => `${label} = ${value}`)
    .join(', ')
}
