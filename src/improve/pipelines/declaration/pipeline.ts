import { Failure } from '../../../foundation/platform/index.ts'
import { suggestSentence } from '../../../foundation/config/index.ts'
import { toCel } from './expression.ts'
import type { ParameterText, ParameterValue, PipelineText, StageText } from './pipeline-schema.ts'

/** A pipeline that was read: everything that it names is known and goes together. */
export interface Pipeline extends PipelineText {
  /** Stages in an order in which each comes after what it needs. */
  readonly order: readonly string[]
}

/** A stage of a run: of a matrix, one for each combination. */
export interface StageInstance {
  /** `train`, or `train[small,2]`. */
  readonly name: string
  readonly stage: string
  readonly matrix: Readonly<Record<string, ParameterValue>>
}

export const mostInstances = 100

/** What it needs, of `needs` and `inputs`, each once. */
export function needsOf(stage: Pick<StageText, 'needs' | 'inputs'>): string[] {
  return [...new Set([...stage.needs, ...Object.values(stage.inputs).map(text => parseInput(text).stage)])]
}

/** `check.dataset` → stage and output. */
export function parseInput(text: string): { readonly stage: string; readonly output: string } {
  const [stage = '', output = ''] = text.split('.')
  return { stage, output }
}

export function instancesOf(name: string, stage: Pick<StageText, 'matrix'>): StageInstance[] {
  const axes = Object.entries(stage.matrix)
  if (axes.length === 0) return [{ name, stage: name, matrix: {} }]
  let combinations: Record<string, ParameterValue>[] = [{}]
  for (const [axis, values] of axes)
    combinations = combinations.flatMap(one => values.map(value => ({ ...one, [axis]: value })))
  return combinations.map(matrix => ({ name: `${name}[${keyOf(matrix)}]`, stage: name, matrix }))
}

/** `small,2`: what names one of a matrix. */
export const keyOf = (matrix: Readonly<Record<string, ParameterValue>>): string =>
  Object.values(matrix).map(String).join(',')

/** Stages that are needed come first; `undefined` where they need each other in a circle. */
export function orderStages(stages: Readonly<Record<string, Pick<StageText, 'needs' | 'inputs'>>>): {
  readonly order: readonly string[]
  readonly circle: readonly string[]
} {
  const order: string[] = []
  const left = new Set(Object.keys(stages))
  for (let before = -1; before !== order.length;) {
    before = order.length
    for (const name of left) {
      const stage = stages[name]
      if (!stage || needsOf(stage).some(need => left.has(need))) continue
      order.push(name)
      left.delete(name)
    }
  }
  return { order, circle: [...left] }
}

/** The parameters of a run: what it was told over the defaults. Throws `invalid_request` with all that is wrong. */
export function readParameters(
  declared: PipelineText['parameters'],
  given: Readonly<Record<string, unknown>>,
): Record<string, ParameterValue> {
  const problems: { parameter: string; message: string }[] = []
  const values: Record<string, ParameterValue> = {}
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name))
      problems.push({
        parameter: name,
        message: `The pipeline has no parameter \`${name}\`. ${suggestSentence(name, Object.keys(declared), 'parameter')}`,
      })
  for (const [name, parameter] of Object.entries(declared)) {
    const value = given[name] ?? parameter.default
    if (value === undefined) {
      problems.push({ parameter: name, message: `The parameter \`${name}\` has no default: give it.` })
      continue
    }
    const read = readValue(parameter, value)
    if ('problem' in read) problems.push({ parameter: name, message: `\`${name}\` ${read.problem}` })
    else values[name] = read.value
  }
  if (problems.length > 0)
    throw new Failure('invalid_request', problems.map(({ message }) => message).join(' '), {
      details: { problems },
    })
  return values
}

/** Texts from a command line count as what is declared. */
export function readValue(
  { type, choices, minimum, maximum }: ParameterText,
  given: unknown,
): { readonly value: ParameterValue } | { readonly problem: string } {
  const value = typeof given === 'string' && type !== 'string' ? fromText(type, given) : given
  if (type === 'string' ? typeof value !== 'string' : type === 'boolean' && typeof value !== 'boolean')
    return { problem: `has to be a ${type}.` }
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return { problem: `has to be a ${type}.` }
    if (type === 'integer' && !Number.isSafeInteger(value)) return { problem: 'has to be a whole number.' }
    if (minimum !== undefined && value < minimum) return { problem: `has to be at least ${minimum}.` }
    if (maximum !== undefined && value > maximum) return { problem: `has to be at most ${maximum}.` }
  }
  const known = value as ParameterValue
  if (choices && !choices.some(choice => choice === known))
    return { problem: `has to be one of ${choices.map(choice => `\`${choice}\``).join(', ')}.` }
  return { value: known }
}

function fromText(type: ParameterText['type'], text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text.trim() === '' ? text : Number.isFinite(Number(text)) ? Number(text) : text
}

/** As expressions read them. */
export function scopeOfValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toCel(value)]))
}
