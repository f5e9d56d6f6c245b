import { z } from 'zod'
import { suggest } from '../../../foundation/config/index.ts'
import type { RuleProblem } from './rule.ts'

type Issue = z.core.$ZodIssue

/** What is wrong with a value, in sentences that say how to mend it. */
export function explainIssues(issues: readonly Issue[], schema: z.ZodType, value: unknown): RuleProblem[] {
  return withoutConsequences(issues).flatMap(issue => explain(issue, schema, value, []))
}

/** Where a key is misspelt, that the right one is missing need not be said. */
function withoutConsequences(issues: readonly Issue[]): readonly Issue[] {
  const misspelt = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('\0')),
  )
  return issues.filter(issue => issue.code !== 'custom' || !misspelt.has(issue.path.join('\0')))
}

function explain(
  issue: Issue,
  schema: z.ZodType,
  value: unknown,
  parent: readonly (string | number)[],
): RuleProblem[] {
  const path = [...parent, ...issue.path.filter(part => typeof part !== 'symbol')]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => ({
        path: [...path, key],
        at: 'key' as const,
        ...unknownKey(key, keysAt(schema, path)),
      }))
    case 'invalid_union': {
      const here = valueAt(value, path)
      const fitting = issue.errors.filter(
        branch => !branch.some(each => each.path.length === 0 && each.code === 'invalid_type'),
      )
      const best = fitting.toSorted((a, b) => a.length - b.length)[0]
      if (best === undefined)
        return [
          {
            path,
            message: `This is ${kindOf(here)}, which is not one of the forms that are allowed here.`,
            mend: 'docs/dataset-checks.md shows them.',
          },
        ]
      return withoutConsequences(best).flatMap(each => explain(each, schema, value, path))
    }
    case 'invalid_type': {
      const here = valueAt(value, path)
      const mend = describe(schema, path) ?? 'docs/dataset-checks.md shows how it is written.'
      if (here === undefined)
        return [
          { path: path.slice(0, -1), message: `\`${String(path.at(-1) ?? 'value')}\` is missing.`, mend },
        ]
      return [
        {
          path,
          message: `This is ${kindOf(here)}; ${names[issue.expected] ?? issue.expected} is expected.`,
          mend,
        },
      ]
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const here = String(valueAt(value, path))
      const meant = suggest(here, allowed)
      return [
        {
          path,
          message: `\`${here}\` is not allowed here.`,
          mend:
            meant === undefined
              ? `Use one of ${allowed.map(each => `\`${each}\``).join(', ')}.`
              : `Did you mean \`${meant}\`?`,
        },
      ]
    }
    case 'too_big':
    case 'too_small':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return [
        {
          path,
          message: `This ${issue.code === 'custom' ? issue.message : `is not allowed: ${issue.message}`}.`,
          mend: describe(schema, path) ?? 'docs/dataset-checks.md shows how it is written.',
        },
      ]
  }
}

/** Of a key that is not known: what was probably meant. */
export function unknownKey(
  key: string,
  known: readonly string[],
): { readonly message: string; readonly mend: string } {
  const meant = suggest(key, known)
  return {
    message: `\`${key}\` is not a key that is known here.`,
    mend:
      meant === undefined
        ? `Use one of ${[...new Set(known)].map(each => `\`${each}\``).join(', ')}.`
        : `Did you mean \`${meant}\`?`,
  }
}

interface Node {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly allOf?: readonly Node[]
}

function nodesAt(schema: z.ZodType, path: readonly (string | number)[]): Node[] {
  let nodes = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node].flatMap(formsOf)
  for (const part of path)
    nodes = nodes
      .flatMap(node => (typeof part === 'number' ? (node.items ?? []) : (node.properties?.[part] ?? [])))
      .flatMap(formsOf)
  return nodes
}

function formsOf(node: Node): Node[] {
  const forms = [...(node.anyOf ?? []), ...(node.allOf ?? [])]
  return forms.length === 0 ? [node] : [node, ...forms.flatMap(formsOf)]
}

function keysAt(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  return [...new Set(nodesAt(schema, path).flatMap(node => Object.keys(node.properties ?? {})))]
}

function describe(schema: z.ZodType, path: readonly (string | number)[]): string | undefined {
  return nodesAt(schema, path).find(node => node.description !== undefined)?.description
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value
  for (const part of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return undefined
    here = (here as Record<string | number, unknown>)[part]
  }
  return here
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return names[typeof value] ?? typeof value
}
