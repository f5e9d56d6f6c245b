import {
  type ConfigFinding,
  type ConfigProblem,
  declarationReader,
  explainSchemaIssues,
  formatProblem,
  suggestSentence,
} from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { outputsOf, type StageKind, type StageKinds } from '../stage-kind.ts'
import { checkTriggers, factsSentence } from './check-triggers.ts'
import { parseExpression, type Expression } from './expression.ts'
import { expressionMend, finding } from './finding.ts'
import {
  instancesOf,
  mostInstances,
  needsOf,
  orderStages,
  parseInput,
  type Pipeline,
  readValue,
} from './pipeline.ts'
import { pipelineSchema, type PipelineText, type StageText } from './pipeline-schema.ts'
import { holdsExpression, parseTemplate, textsIn } from './template.ts'
import { factsOf } from './trigger.ts'

/** What a pipeline is held against. */
export interface PipelineContext {
  readonly kinds: StageKinds
  /** Names of secrets that stages of this tenant may have; `undefined` where it may run no commands. */
  readonly secrets: readonly string[] | undefined
  /** Whether kinds say what the configuration of now does not let a stage do; of a run that is asked when the stage begins. */
  readonly asksKinds: boolean
}

export type ReadPipeline = { readonly pipeline: Pipeline } | { readonly problems: readonly ConfigProblem[] }

const page = 'docs/pipelines.md'

/** Reads a pipeline, or says all that is wrong with it, with line, column and what was meant. */
export function readPipeline(text: string, file: string, context: PipelineContext): ReadPipeline {
  const read = declarationReader({
    schema: pipelineSchema,
    page,
    check: declared => [
      ...checkParameters(declared),
      ...checkStages(declared, context),
      ...checkConcurrency(declared),
      ...checkTriggers(declared),
    ],
  })(text, file)
  if ('problems' in read) return read
  return { pipeline: { ...read.value, order: orderStages(read.value.stages).order } }
}

/** As `readPipeline`, and throws `invalid_request` with the problems in its details. */
export function parsePipeline(text: string, file: string, context: PipelineContext): Pipeline {
  const read = readPipeline(text, file, context)
  if ('pipeline' in read) return read.pipeline
  throw new Failure('invalid_request', read.problems.map(formatProblem).join('\n'), {
    details: {
      parameter: 'pipeline',
      problems: read.problems.map(({ path, line, column, message, mend }) => ({
        parameter: path,
        message: `line ${line}, column ${column}: ${message} ${mend}`,
      })),
    },
  })
}

function checkParameters({ parameters }: PipelineText): ConfigFinding[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    if (parameter.default === undefined) return []
    const read = readValue(parameter, parameter.default)
    if (!('problem' in read) && typeof parameter.default === typeof read.value) return []
    const problem = 'problem' in read ? read.problem : `has to be a ${parameter.type}.`
    return [finding(['parameters', name, 'default'], `The default ${problem}`, 'Correct one of the two.')]
  })
}

function checkStages(declared: PipelineText, context: PipelineContext): ConfigFinding[] {
  const { stages } = declared
  const found = Object.entries(stages).flatMap(([name, stage]) => [
    ...checkKind(name, stage, context),
    ...checkNeeds(name, stage, declared, context),
    ...checkExpressions(name, stage, declared),
  ])
  const { circle } = orderStages(stages)
  const [first] = circle
  // a need that is not there is said already
  if (
    first !== undefined &&
    circle.every(name => needsOf(stages[name] ?? noStage).every(need => need in stages))
  )
    found.push(
      finding(
        ['stages', first, 'needs'],
        `The stages ${circle.map(name => `\`${name}\``).join(', ')} need each other: none can begin.`,
        'Remove one of the needs.',
        'key',
      ),
    )
  const instances = Object.entries(stages).reduce(
    (sum, [name, stage]) => sum + instancesOf(name, stage).length,
    0,
  )
  if (instances > mostInstances)
    found.push(
      finding(
        ['stages'],
        `All matrices together make ${instances} stages; ${mostInstances} are the most.`,
        'Make them smaller, or begin several runs.',
        'key',
      ),
    )
  return found
}

const noStage: Pick<StageText, 'needs' | 'inputs'> = { needs: [], inputs: {} }

function checkKind(
  name: string,
  stage: StageText,
  { kinds, secrets, asksKinds }: PipelineContext,
): ConfigFinding[] {
  const kind = kinds.get(stage.use)
  const path = ['stages', name]
  if (!kind)
    return [
      finding(
        [...path, 'use'],
        `There is no kind of stage \`${stage.use}\`.`,
        suggestSentence(stage.use, [...kinds.keys()], 'kind'),
      ),
    ]
  const found: ConfigFinding[] = []
  const parsed = kind.parameters.safeParse(stage.with)
  if (!parsed.success) {
    const open = new Set(
      [...textsIn(stage.with)].filter(({ text }) => holdsExpression(text)).map(one => one.path.join('\0')),
    )
    // what an expression will give is not known yet
    const issues = parsed.error.issues.filter(issue => !open.has(issue.path.join('\0')))
    found.push(
      ...explainSchemaIssues(kind.parameters, issues, stage.with, page).map(problem => ({
        ...problem,
        path: [...path, 'with', ...problem.path],
      })),
    )
  }
  if (kind.isProcess === true && secrets === undefined)
    found.push(
      finding(
        [...path, 'use'],
        'The configuration lets no pipeline of this tenant run commands.',
        'An owner allows it with `pipelines.commands` in slipway.yaml.',
      ),
    )
  else if (asksKinds && parsed.success)
    for (const problem of kind.whyNot?.(parsed.data) ?? [])
      found.push(finding([...path, 'with', ...problem.path], problem.message, problem.mend))
  for (const [index, secret] of stage.secrets.entries())
    if (kind.isProcess !== true)
      found.push(
        finding(
          [...path, 'secrets', index],
          `A stage of the kind \`${kind.name}\` takes no secrets.`,
          'Remove it.',
        ),
      )
    else if (secrets && !secrets.includes(secret))
      found.push(
        finding(
          [...path, 'secrets', index],
          `The configuration has no secret \`${secret}\` for pipelines.`,
          suggestSentence(secret, secrets, 'secret'),
        ),
      )
  return found
}

function checkNeeds(
  name: string,
  stage: StageText,
  { stages }: PipelineText,
  { kinds }: PipelineContext,
): ConfigFinding[] {
  const names = Object.keys(stages)
  const others = names.filter(other => other !== name)
  const found: ConfigFinding[] = []
  for (const [index, need] of stage.needs.entries())
    if (!others.includes(need))
      found.push(
        finding(
          ['stages', name, 'needs', index],
          need === name ? 'A stage cannot need itself.' : `There is no stage \`${need}\`.`,
          suggestSentence(need, others, 'stage'),
        ),
      )
  const kind = kinds.get(stage.use)
  const rules = kind?.inputs
  for (const [input, text] of Object.entries(stage.inputs)) {
    const path = ['stages', name, 'inputs', input]
    const { stage: from, output } = parseInput(text)
    const source = others.includes(from) ? stages[from] : undefined
    if (!source || text.split('.').length !== 2) {
      found.push(
        finding(
          path,
          text.split('.').length === 2
            ? `There is no stage \`${from}\`.`
            : `\`${text}\` names no output of a stage.`,
          text.split('.').length === 2 ? suggestSentence(from, others, 'stage') : 'Write `stage.output`.',
        ),
      )
      continue
    }
    const sourceKind = kinds.get(source.use)
    if (!sourceKind) continue
    const outputs = outputsOf(sourceKind, source.with)
    const type = outputs[output]
    if (!type) {
      found.push(
        finding(
          path,
          `The stage \`${from}\` leaves no \`${output}\`.`,
          suggestSentence(output, Object.keys(outputs), 'output'),
        ),
      )
      continue
    }
    found.push(...checkInput(path, input, type, rules, kind))
  }
  return found
}

function checkInput(
  path: ConfigFinding['path'],
  input: string,
  type: string,
  rules: StageKind['inputs'] | undefined,
  kind: StageKind | undefined,
): ConfigFinding[] {
  if (!rules || rules === 'any') return []
  const allowed = rules[input]
  if (!allowed)
    return [
      finding(
        path,
        `A stage of the kind \`${kind?.name}\` takes no \`${input}\`.`,
        suggestSentence(input, Object.keys(rules), 'input'),
        'key',
      ),
    ]
  if ((allowed as readonly string[]).includes(type)) return []
  return [
    finding(
      path,
      `It is a ${type}; \`${input}\` has to be a ${allowed.join(' or ')}.`,
      'Name another output.',
    ),
  ]
}

/** Everything that expressions read has to be there, and to have ended before. */
function checkExpressions(name: string, stage: StageText, declared: PipelineText): ConfigFinding[] {
  const found: ConfigFinding[] = []
  const reachable = allNeedsOf(name, declared)
  const check = (path: ConfigFinding['path'], expression: Expression): void => {
    for (const read of expression.reads) {
      const problem = readProblem(read, stage, declared, reachable)
      if (problem) found.push(finding(path, problem.message, problem.mend))
    }
  }
  if (stage.when !== undefined) {
    const parsed = parseExpression(stage.when, 'bool')
    const path = ['stages', name, 'when']
    if ('problem' in parsed) found.push(finding(path, parsed.problem, expressionMend))
    else check(path, parsed)
  }
  for (const { path, text } of textsIn(stage.with, ['stages', name, 'with'])) {
    const parsed = parseTemplate(text)
    if ('problem' in parsed) found.push(finding(path, parsed.problem, expressionMend))
    else for (const piece of parsed.pieces) if (typeof piece !== 'string') check(path, piece)
  }
  return found
}

function allNeedsOf(name: string, { stages }: PipelineText): Set<string> {
  const found = new Set<string>()
  const follow = (one: string): void => {
    const stage = stages[one]
    if (!stage) return
    for (const need of needsOf(stage)) {
      if (found.has(need)) continue
      found.add(need)
      follow(need)
    }
  }
  follow(name)
  return found
}

function readProblem(
  [root = '', name]: readonly string[],
  stage: Pick<StageText, 'matrix'>,
  declared: PipelineText,
  reachable: ReadonlySet<string>,
): { readonly message: string; readonly mend: string } | undefined {
  if (name === undefined) return undefined
  if (root === 'event') return eventProblem(name, declared)
  if (root === 'parameters' && !Object.hasOwn(declared.parameters, name))
    return {
      message: `The pipeline has no parameter \`${name}\`.`,
      mend: suggestSentence(name, Object.keys(declared.parameters), 'parameter'),
    }
  if (root === 'matrix' && !Object.hasOwn(stage.matrix, name))
    return {
      message: `The stage has no matrix \`${name}\`.`,
      mend: suggestSentence(name, Object.keys(stage.matrix), 'matrix'),
    }
  if (root !== 'stages' || reachable.has(name)) return undefined
  if (!Object.hasOwn(declared.stages, name))
    return {
      message: `There is no stage \`${name}\`.`,
      mend: suggestSentence(name, Object.keys(declared.stages), 'stage'),
    }
  return {
    message: `The stage \`${name}\` need not have ended by then.`,
    mend: `Write \`needs: [${name}]\`.`,
  }
}

/** A run has the facts of whichever trigger has begun it. */
function eventProblem(
  name: string,
  declared: PipelineText,
): { readonly message: string; readonly mend: string } | undefined {
  const facts = declared.triggers.flatMap(trigger => Object.keys(factsOf(trigger) ?? {}))
  // the name of an event is there with its facts
  if (name === 'name' || facts.includes(name)) return undefined
  return { message: `No trigger of this pipeline has a fact \`${name}\`.`, mend: factsSentence(name, facts) }
}

const outside = { matrix: {} }

function checkConcurrency(declared: PipelineText): ConfigFinding[] {
  const { concurrency } = declared
  if (concurrency?.group === undefined) return []
  return checkOutside(concurrency.group, ['concurrency', 'group'], declared)
}

/** A text that is rendered before any stage has begun. */
function checkOutside(text: string, path: ConfigFinding['path'], declared: PipelineText): ConfigFinding[] {
  const parsed = parseTemplate(text)
  if ('problem' in parsed) return [finding(path, parsed.problem, expressionMend)]
  return parsed.pieces.flatMap(piece =>
    typeof piece === 'string'
      ? []
      : piece.reads.flatMap(read => {
          const problem = readProblem(read, outside, declared, new Set())
          return problem ? [finding(path, problem.message, problem.mend)] : []
        }),
  )
}
