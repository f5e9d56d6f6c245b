import {
  type ConfigFinding,
  type ConfigProblem,
  declarationReader,
  formatProblem,
  suggestSentence,
} from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { formSlices } from '../bias/forms-of-run.ts'
import { oddsMeasures } from '../bias/odds.ts'
import type { EvaluatorCatalogue } from '../evaluator.ts'
import type { FindRelease } from '../ports.ts'
import { templateNames } from '../requests/template.ts'
import { checkParameters } from './check-parameters.ts'
import { priceOfUsd } from './nano-usd.ts'
import { type Gate, gateOf, parseRelease, type Suite, type SuiteEvaluator } from './suite.ts'
import { type GateDeclaration, gateMeasures, suiteSchema, type SuiteText } from './suite-schema.ts'

/** What a suite is held against; what is left out is not checked. */
export interface SuiteContext {
  readonly evaluators: EvaluatorCatalogue
  /** The columns of its dataset. */
  readonly columns?: readonly string[] | undefined
  /** Slices that the definition of its dataset declares beside them. */
  readonly declaredSlices?: readonly string[] | undefined
  readonly findRelease?: FindRelease | undefined
  /** A release that a run holds the others against, beside those of the suite. */
  readonly against?: string | undefined
  /** Names of services, for suggestions. */
  readonly services?: readonly string[] | undefined
}

export type ReadSuite = { readonly suite: Suite } | { readonly problems: readonly ConfigProblem[] }

/** Reads a suite, or says all that is wrong with it, with line, column and what was meant. */
export function readSuite(text: string, file: string, context: SuiteContext): ReadSuite {
  const read = declarationReader({
    schema: suiteSchema,
    page: 'docs/evaluation.md',
    check: declared => checkSuite(declared, context),
  })(text, file)
  return 'problems' in read ? read : { suite: toSuite(read.value, context) }
}

/** What a schema does not see of a suite, with paths within it. */
export function checkSuite(declared: SuiteText, context: SuiteContext): ConfigFinding[] {
  return [
    ...checkRequest(declared, context),
    ...checkReleases(declared, context),
    ...checkEvaluators(declared, context),
    ...checkGates(declared, context),
    ...checkColumns(declared, context),
  ]
}

/** As `readSuite`, and throws `invalid_request` with the problems in its details. */
export function parseSuite(text: string, file: string, context: SuiteContext): Suite {
  const read = readSuite(text, file, context)
  if ('suite' in read) return read.suite
  throw suiteFailure(read.problems)
}

export function suiteFailure(problems: readonly ConfigProblem[]): Failure {
  return new Failure('invalid_request', problems.map(formatProblem).join('\n'), {
    details: {
      parameter: 'suite',
      problems: problems.map(({ path, line, column, message, mend }) => ({
        parameter: path,
        message: `line ${line}, column ${column}: ${message} ${mend}`,
      })),
    },
  })
}

function toSuite(declared: SuiteText, { evaluators }: SuiteContext): Suite {
  const { budgetUsd, baseline, ...rest } = declared
  return {
    ...rest,
    baseline: baseline ?? declared.releases[0] ?? '',
    budgetNanoUsd: budgetUsd === undefined ? undefined : priceOfUsd(budgetUsd),
    evaluators: declared.evaluators.flatMap(one => toEvaluator(one, evaluators)),
    gates: declared.gates.flatMap(toGates),
  }
}

/** An evaluator with its parameters; none where there is none of that name. */
export function toEvaluator(
  declared: SuiteText['evaluators'][number],
  catalogue: EvaluatorCatalogue,
): SuiteEvaluator[] {
  const { use, name, with: given, threshold } = spelledOut(declared)
  const kind = catalogue.get(use)
  if (!kind) return []
  const parameters: unknown = kind.parameters.parse(given)
  return [{ name, kind, parameters, threshold: threshold ?? kind.manifest.threshold }]
}

function toGates(declared: GateDeclaration): Gate[] {
  const measure = gateMeasures.find(one => declared[one] !== undefined)
  return measure === undefined ? [] : [gateOf(declared, measure)]
}

function spelledOut(declared: SuiteText['evaluators'][number]) {
  if (typeof declared === 'string') return { use: declared, name: declared, with: {}, threshold: undefined }
  return { ...declared, name: declared.name ?? declared.use }
}

const finding = (
  path: ConfigFinding['path'],
  message: string,
  mend: string,
  at: ConfigFinding['at'] = 'value',
): ConfigFinding => ({ path, at, message, mend })

function checkRequest({ request }: SuiteText, { columns }: SuiteContext): ConfigFinding[] {
  const found: ConfigFinding[] = []
  if ((request.messages === undefined) === (request.prompt === undefined)) {
    const message =
      request.prompt === undefined
        ? 'Nothing says how an example becomes a request.'
        : '`messages` and `prompt` do not go together.'
    const mend = 'Write `messages: column`, or `prompt: text with {{column}}`, one of the two.'
    found.push(finding(['request'], message, mend, 'key'))
  }
  for (const key of ['model', 'messages', 'stream', 'stream_options', 'n'] as const)
    if (Object.hasOwn(request.parameters, key))
      found.push(
        finding(
          ['request', 'parameters', key],
          `\`${key}\` is not for a suite to set.`,
          key === 'stream' ? 'Write `stream: true` beside `parameters`.' : 'Remove it.',
          'key',
        ),
      )
  for (const key of ['prompt', 'system'] as const) {
    const text = request[key]
    if (text === undefined) continue
    const names = templateNames(text)
    if ('problem' in names) {
      found.push(
        finding(['request', key], names.problem, 'Write `{{column}}`; there are no loops or filters.'),
      )
      continue
    }
    if (key === 'prompt' && names.names.length === 0) {
      const message = 'The prompt names no column: every example would ask the same.'
      found.push(finding(['request', key], message, 'Name one, such as `{{input}}`.'))
    }
    if (!columns || columns.includes('vars')) continue
    for (const unknown of names.names.filter(one => !columns.includes(one)))
      found.push(
        finding(
          ['request', key],
          `\`{{${unknown}}}\` is no column of the dataset.`,
          suggestSentence(unknown, columns, 'column'),
        ),
      )
  }
  return found
}

function checkReleases(declared: SuiteText, context: SuiteContext): ConfigFinding[] {
  const { releases, baseline } = declared
  const found: ConfigFinding[] = []
  for (const [index, release] of releases.entries()) {
    const path = ['releases', index]
    if (releases.indexOf(release) < index)
      found.push(finding(path, `\`${release}\` is in the list twice.`, 'Remove one of the two.'))
    const problem = findReleaseProblem(release, context)
    if (problem) found.push(finding(path, problem.message, problem.mend))
  }
  if (baseline !== undefined && !releases.includes(baseline))
    found.push(
      finding(
        ['baseline'],
        `\`${baseline}\` is none of the releases.`,
        suggestSentence(baseline, releases, 'release'),
      ),
    )
  for (const [index, gate] of declared.gates.entries())
    for (const [at, release] of (gate.releases ?? []).entries())
      if (!releases.includes(release))
        found.push(
          finding(
            ['gates', index, 'releases', at],
            `\`${release}\` is none of the releases.`,
            suggestSentence(release, releases, 'release'),
          ),
        )
  return found
}

/** Why there is no such release in the configuration in force. */
export function findReleaseProblem(
  text: string,
  { findRelease, services = [] }: Pick<SuiteContext, 'findRelease' | 'services'>,
): { readonly message: string; readonly mend: string } | undefined {
  if (!findRelease) return undefined
  const name = parseRelease(text)
  if (findRelease(name)) return undefined
  if (!findRelease({ ...name, release: undefined }))
    return {
      message: `There is no service \`${name.service}\`.`,
      mend: suggestSentence(name.service, services, 'service'),
    }
  return {
    message: `The service \`${name.service}\` has no release \`${name.release}\`.`,
    mend: 'See the releases in slipway.yaml, or with `slipway status`.',
  }
}

function checkEvaluators(declared: SuiteText, context: SuiteContext): ConfigFinding[] {
  const { evaluators, findRelease } = context
  const names = new Map<string, number>()
  return declared.evaluators.flatMap((one, index) => {
    const { use, name, with: given } = spelledOut(one)
    const kind = evaluators.get(use)
    const isText = typeof one === 'string'
    if (!kind)
      return [
        finding(
          isText ? ['evaluators', index] : ['evaluators', index, 'use'],
          `There is no evaluator \`${use}\`.`,
          suggestSentence(use, [...evaluators.keys()], 'evaluator'),
        ),
      ]
    const found: ConfigFinding[] = []
    if (names.has(name))
      found.push(
        finding(
          ['evaluators', index],
          `An evaluator is called \`${name}\` already.`,
          'Give this one a `name` of its own.',
        ),
      )
    names.set(name, index)
    const parameters = checkParameters(kind, given)
    found.push(
      ...parameters.findings.map(problem => ({
        ...problem,
        path: isText ? ['evaluators', index] : ['evaluators', index, 'with', ...problem.path],
      })),
    )
    if (parameters.value === undefined || !findRelease) return found
    for (const service of kind.services?.(parameters.value) ?? []) {
      const problem = findReleaseProblem(service, context)
      if (problem) found.push(finding(['evaluators', index, 'with'], problem.message, problem.mend, 'key'))
    }
    return found
  })
}

function checkGates(declared: SuiteText, { against }: SuiteContext): ConfigFinding[] {
  const names = declared.evaluators.map(one => spelledOut(one).name)
  return declared.gates.flatMap((gate, index) => {
    const given = gateMeasures.filter(measure => gate[measure] !== undefined)
    const path = ['gates', index]
    const [measure] = given
    if (measure === undefined || given.length > 1)
      return [
        finding(
          path,
          given.length === 0 ? 'The gate bounds nothing.' : `${given.join(' and ')} do not go together.`,
          'Write one of `mean`, `passRate`, `noRegression`, `parity`, `equalisedOdds`, `equalOpportunity`, `demographicParity`, `costPerExampleUsd` or `latencyP95Ms` in each gate.',
          'key',
        ),
      ]
    const isOfScores = measure !== 'costPerExampleUsd' && measure !== 'latencyP95Ms'
    if (isOfScores && gate.evaluator === undefined)
      return [finding(path, `\`${measure}\` of what?`, suggestSentence('', names, 'evaluator'), 'key')]
    if (!isOfScores && gate.evaluator !== undefined)
      return [
        finding([...path, 'evaluator'], `\`${measure}\` is of no evaluator.`, 'Remove `evaluator`.', 'key'),
      ]
    if (gate.evaluator !== undefined && !names.includes(gate.evaluator))
      return [
        finding(
          [...path, 'evaluator'],
          `The suite has no evaluator \`${gate.evaluator}\`.`,
          suggestSentence(gate.evaluator, names, 'evaluator'),
        ),
      ]
    if (measure === 'noRegression' && declared.releases.length < 2 && against === undefined)
      return [
        finding(
          [...path, measure],
          'There is nothing to compare with: the suite has one release.',
          'Add another under `releases`, or run it with `--against`.',
          'key',
        ),
      ]
    if (measure === 'parity' && !formSlices.every(slice => declared.slices.includes(slice)))
      return [
        finding(
          [...path, measure],
          'Groups are told apart by the slices `attribute` and `group`.',
          'Add `slices: [attribute, group]` to the suite, and run it on a dataset of counterfactuals (`slipway bias forms`).',
          'key',
        ),
      ]
    const isOfOdds = oddsMeasures.some(one => one === measure)
    if (isOfOdds && declared.slices.length === 0)
      return [
        finding(
          [...path, measure],
          'There are no slices to compare.',
          'Name columns under `slices` of the suite.',
          'key',
        ),
      ]
    if (!isOfOdds && gate.labels !== undefined)
      return [
        finding(
          [...path, 'labels'],
          `\`${measure}\` is of no labels.`,
          `Remove \`labels\`, or bound one of ${oddsMeasures.map(one => `\`${one}\``).join(', ')}.`,
          'key',
        ),
      ]
    return (gate.slices ?? []).flatMap((slice, at) =>
      declared.slices.includes(slice)
        ? []
        : [
            finding(
              [...path, 'slices', at],
              `\`${slice}\` is none of the slices of the suite.`,
              declared.slices.length > 0
                ? suggestSentence(slice, declared.slices, 'slice')
                : `Add \`slices: [${slice}]\` to the suite.`,
            ),
          ],
    )
  })
}

function checkColumns(declared: SuiteText, { columns, declaredSlices = [] }: SuiteContext): ConfigFinding[] {
  if (!columns) return []
  const known = (path: ConfigFinding['path']): readonly string[] =>
    path[0] === 'slices' ? [...columns, ...declaredSlices] : columns
  const named: [ConfigFinding['path'], string | undefined][] = [
    [['expected'], declared.expected],
    [['context'], declared.context],
    [['request', 'messages'], declared.request.messages],
    ...declared.slices.map((slice, index): [ConfigFinding['path'], string] => [['slices', index], slice]),
  ]
  return named.flatMap(([path, column]) =>
    column === undefined || known(path).includes(column)
      ? []
      : [
          finding(
            path,
            `\`${column}\` is no column of the dataset.`,
            suggestSentence(column, known(path), 'column'),
          ),
        ],
  )
}
