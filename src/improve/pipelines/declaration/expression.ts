import { createRequire } from 'node:module'
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import type * as Cel from '@marcbachmann/cel-js'
import { Failure } from '../../../foundation/platform/index.ts'
import type { FactTypes } from '../events/event-kinds.ts'

/** What expressions may read. */
export interface ExpressionScope {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly matrix: Readonly<Record<string, unknown>>
  /** By the name of the stage: `outcome`, `outputs` and, of a matrix, `each`. */
  readonly stages: Readonly<Record<string, unknown>>
  readonly run: { readonly id: string; readonly trigger: string }
  readonly event: unknown
}

/** An expression in CEL, parsed and checked once; it can read its scope and nothing else. */
export interface Expression {
  readonly text: string
  /** The paths that it reads, such as `['stages', 'check', 'outcome']`. */
  readonly reads: readonly (readonly string[])[]
  /** Throws `invalid_request` where it reads what is not there. */
  evaluate(scope: ExpressionScope): unknown
}

const variables = ['parameters', 'matrix', 'stages', 'run', 'event'] as const

const load = createRequire(import.meta.url)
/** Loaded with the first expression: most servers never see one. */
const cel = (): typeof Cel => load('@marcbachmann/cel-js') as typeof Cel

const bounded = (): Environment =>
  new (cel().Environment)({
    limits: {
      maxAstNodes: 500,
      maxDepth: 50,
      maxListElements: 100,
      maxMapEntries: 100,
      maxCallArguments: 16,
    },
  })
let environment: Environment | undefined

function usualEnvironment(): Environment {
  environment ??= variables.reduce((known, variable) => known.registerVariable(variable, 'dyn'), bounded())
  return environment
}

/** An expression of a trigger reads the facts of its event, with their types, and nothing else. */
function environmentOfFacts(facts: FactTypes): Environment {
  return bounded().registerVariable({ name: 'event', schema: { ...facts } })
}

/** The expression, or what is wrong with it. `facts`: those of the event, where it is an expression of a trigger. */
export function parseExpression(
  text: string,
  wanted: 'bool' | 'any' = 'any',
  facts?: FactTypes,
): Expression | { readonly problem: string } {
  try {
    const parsed = (facts ? environmentOfFacts(facts) : usualEnvironment()).parse(text)
    const checked = parsed.check()
    if (!checked.valid) return { problem: firstLine(checked.error) }
    if (wanted === 'bool' && checked.type !== 'bool' && checked.type !== 'dyn')
      return { problem: `It gives ${checked.type}, and has to be true or false.` }
    const reads: string[][] = []
    collectReads(parsed.ast, reads)
    return {
      text,
      reads,
      evaluate(scope) {
        try {
          return fromCel(parsed(facts ? { event: scope.event } : { ...scope }) as unknown)
        } catch (error) {
          throw new Failure('invalid_request', `\`${text}\` has no value: ${firstLine(error)}`, {
            cause: error,
          })
        }
      },
    }
  } catch (error) {
    if (error instanceof cel().ParseError) return { problem: firstLine(error) }
    throw error
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return text.endsWith('.') ? text : `${text}.`
}

function collectReads(node: ASTNode, found: string[][]): void {
  const path = pathOf(node)
  if (path) {
    found.push(path)
    return
  }
  for (const child of childrenOf(node.args)) collectReads(child, found)
}

/** `stages.check.outcome` and `stages["check"].outcome` read the same. */
function pathOf(node: ASTNode): string[] | undefined {
  if (node.op === 'id') return [node.args]
  if (node.op === '.' || node.op === '.?') {
    const path = pathOf(node.args[0])
    return path && [...path, node.args[1]]
  }
  if (node.op === '[]' && node.args[1].op === 'value' && typeof node.args[1].args === 'string') {
    const path = pathOf(node.args[0])
    return path && [...path, node.args[1].args]
  }
  return undefined
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

/** Whole numbers are `bigint` in CEL. */
function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, fromCel(one)]))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fromCel(one)]))
  return value
}

/** Declared integers count as such, so that `parameters.epochs * 2` has a value. */
export function toCel(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}
