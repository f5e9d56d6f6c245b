import type { z } from 'zod'

import type { DataPath, Finding } from './problem.ts'
import { formatPath } from './problem.ts'
import { configOutline, type OutlineAt } from './schema-outline.ts'
import { listOf, suggest, suggestSentence } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** What a schema is explained with: what it says of its places, and where people read more. */
export interface SchemaGuide {
  readonly outlineAt: OutlineAt
  readonly page: string
  /** The data is a part of a text, not the whole. */
  readonly isPart?: boolean
}

const configGuide: SchemaGuide = { outlineAt: configOutline, page: 'docs/configuration.md' }

/** Turns what the schema found into sentences that say what is wrong and how to mend it. */
export function explainIssues(
  issues: readonly Issue[],
  data: unknown,
  guide: SchemaGuide = configGuide,
): Finding[] {
  return issues
    .flatMap(issue => explain(issue, data, [], guide))
    .filter(isNotExplainedByTypo(issues, [], guide))
}

function explain(issue: Issue, data: unknown, parent: DataPath, guide: SchemaGuide): Finding[] {
  const path = [...parent, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))]
  const value = valueAt(data, path)
  const key = path.at(-1)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(unknown => explainUnknownKey(path, unknown, value, guide))
    case 'invalid_union':
      return explainUnion(issue.errors, data, path, guide)
    case 'invalid_key': {
      const reason = issue.issues[0]?.message ?? 'It is not a name.'
      return [{ path, at: 'key', message: `\`${String(key)}\` cannot be a name here.`, mend: reason }]
    }
    case 'invalid_type':
      return [explainType(issue.expected, value, path, guide)]
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      return value === undefined
        ? [missing(path, guide)]
        : [
            {
              path,
              at: 'value',
              message: `\`${show(value)}\` is not allowed here.`,
              mend: suggestSentence(show(value), allowed, 'value'),
            },
          ]
    }
    case 'too_small':
    case 'too_big':
      return [explainSize(issue, value, path)]
    case 'invalid_format':
      return [{ path, at: 'value', ...explainFormat(issue.format, issue.message, value) }]
    case 'custom':
    case 'not_multiple_of':
    case 'invalid_element':
      return [{ path, at: 'value', message: issue.message, mend: customMend(path, guide) }]
  }
}

function explainUnknownKey(path: DataPath, unknown: string, value: unknown, guide: SchemaGuide): Finding {
  const { keys, description } = guide.outlineAt(path)
  if (keys.includes(unknown)) return explainMixedForms(path, unknown, value, description)
  const where = path.length === 0 && guide.isPart !== true ? 'at the top of the file' : 'here'
  const mend =
    unknown === '<<'
      ? 'Merge keys are not read: write the values out, or use an alias for a whole value.'
      : suggestSentence(unknown, keys, 'key')
  return {
    path: [...path, unknown],
    at: 'key',
    message: `\`${unknown}\` is not a key that is known ${where}.`,
    mend,
  }
}

/** The key exists, but in another of the forms that are allowed here. */
function explainMixedForms(
  path: DataPath,
  stranger: string,
  value: unknown,
  description: string | undefined,
): Finding {
  const others = Object.keys(value ?? {}).filter(key => key !== stranger)
  return {
    path: [...path, stranger],
    at: 'key',
    message: `\`${stranger}\` does not go together with ${listOf(others)}.`,
    mend: description ?? 'Remove one of them.',
  }
}

function explainType(expected: string, value: unknown, path: DataPath, guide: SchemaGuide): Finding {
  if (value === undefined) return missing(path, guide)
  const { description, keys } = guide.outlineAt(path)
  const wanted = kindNames[expected] ?? expected
  if (value === null)
    return {
      path,
      at: 'key',
      message: `This is empty, and ${wanted} is expected.`,
      mend:
        description === undefined
          ? 'Give it a value, or remove the key.'
          : `Give it a value, or remove the key: ${description}`,
    }
  const message = `This is ${kindOf(value)}, and ${wanted} is expected.`
  return { path, at: 'value', message, mend: mendType(expected, value, { description, keys }, guide) }
}

function mendType(
  expected: string,
  value: unknown,
  { description, keys }: { readonly description: string | undefined; readonly keys: readonly string[] },
  guide: SchemaGuide,
): string {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `Put it in quotes: '${String(value)}'.`
  if (typeof value === 'string' && value.trim() !== '' && (expected === 'number' || expected === 'int')) {
    if (Number.isFinite(Number(value))) return 'Remove the quotes.'
    return 'Write it in digits, without a unit.'
  }
  if (expected === 'int' && typeof value === 'number') return `Round it, e.g. ${Math.round(value)}.`
  if (expected === 'boolean' && typeof value === 'string') return 'Write `true` or `false`, without quotes.'
  if (expected === 'array') return 'Begin each item with `- ` on a line of its own, or write `[a, b]`.'
  if (expected === 'object' && keys.length > 0) return `Write keys below it, such as ${listOf(keys)}.`
  if (expected === 'record') return 'Write `name: …` lines below it, indented.'
  return description ?? `See ${guide.page}.`
}

function missing(path: DataPath, guide: SchemaGuide): Finding {
  const key = String(path.at(-1))
  const { description } = guide.outlineAt(path)
  return {
    path: path.slice(0, -1),
    at: 'key',
    message: `\`${key}\` is missing.`,
    mend: description === undefined ? `Add \`${key}: …\` below.` : `Add \`${key}: …\` below: ${description}`,
  }
}

function explainSize(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  value: unknown,
  path: DataPath,
): Finding {
  if (issue.origin === 'string')
    return { path, at: 'value', message: 'This text is empty.', mend: 'Give it a value, or remove the key.' }
  const [limit, side, size] =
    issue.code === 'too_small' ? [issue.minimum, 'least', 'small'] : [issue.maximum, 'most', 'large']
  return {
    path,
    at: 'value',
    message: `${show(value)} is too ${size}.`,
    mend: `Use a number of at ${side} ${String(limit)}.`,
  }
}

function explainFormat(format: string, message: string, value: unknown): { message: string; mend: string } {
  if (format === 'url')
    return {
      message: 'This is not an http or https URL.',
      mend: 'Write it whole, such as `https://api.example.com/v1`.',
    }
  if (format === 'date')
    return {
      message: `\`${show(value)}\` is not a day.`,
      mend: 'Write it as YYYY-MM-DD, such as `2026-01-31`.',
    }
  return { message: `\`${show(value)}\` is not allowed here.`, mend: message }
}

function customMend(path: DataPath, guide: SchemaGuide): string {
  const { description } = guide.outlineAt(path)
  if (path.at(-1) === 'releases') return 'Add one, such as `v1: { target: { engine: support } }`.'
  if (path.includes('usdPerMillionTokens')) return 'Round it: the smallest step is 0.000001.'
  return description ?? `See ${guide.page}.`
}

/** Reports the one form that was meant; where none stands out, all forms in words. */
function explainUnion(
  branches: readonly (readonly Issue[])[],
  data: unknown,
  path: DataPath,
  guide: SchemaGuide,
): Finding[] {
  const value = valueAt(data, path)
  if (value === undefined) return [missing(path, guide)]
  const { description, keys, isTextAllowed } = guide.outlineAt(path)
  const isSecret = keys.includes('env') && keys.includes('file')
  if (typeof value === 'string' && isSecret && !isTextAllowed)
    return [
      {
        path,
        at: 'value',
        message: 'A secret is never written into the configuration itself.',
        mend: 'Put it into an environment variable or a file, and write `{ env: NAME }` or `{ file: path }`.',
      },
    ]
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [
      {
        path,
        at: value === null ? 'key' : 'value',
        message:
          value === null
            ? 'This is empty.'
            : `This is ${kindOf(value)}, which is not one of the forms allowed here.`,
        mend: description ?? `Use ${listOf(keys)}.`,
      },
    ]

  const candidates = flattenUnion(branches)
    .filter(issues => !issues.some(issue => issue.path.length === 0 && issue.code === 'invalid_type'))
    .map(issues => rateForm(issues, value))
    .toSorted((left, right) => right.hits - left.hits || left.misses - right.misses)
  const best = candidates[0]
  if (best === undefined || best.hits === 0)
    return [
      {
        path,
        at: 'key',
        message: 'None of the forms allowed here is complete.',
        mend: description ?? `Use ${listOf(keys)}.`,
      },
    ]
  const stranger = best.unknown.find(key => keys.includes(key))
  if (stranger !== undefined) return [explainMixedForms(path, stranger, value, description)]
  return best.issues
    .flatMap(issue => explain(issue, data, path, guide))
    .filter(isNotExplainedByTypo(best.issues, path, guide))
}

function flattenUnion(branches: readonly (readonly Issue[])[]): (readonly Issue[])[] {
  return branches.flatMap(issues => {
    const only = issues[0]
    return issues.length === 1 && only?.code === 'invalid_union' && only.path.length === 0
      ? flattenUnion(only.errors)
      : [issues]
  })
}

function rateForm(issues: readonly Issue[], value: object) {
  const unknown = issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  const absent = issues
    .filter(issue => issue.path.length === 1 && !Object.hasOwn(value, String(issue.path[0])))
    .map(issue => String(issue.path[0]))
  const typos = unknown.filter(key => suggest(key, absent) !== undefined)
  const hits = Object.keys(value).length - unknown.length + typos.length
  return { issues, unknown, hits, misses: unknown.length + absent.length - 2 * typos.length }
}

/** A misspelled key is one problem: that the right one is missing as well need not be said. */
function isNotExplainedByTypo(
  issues: readonly Issue[],
  parent: DataPath,
  guide: SchemaGuide,
): (finding: Finding) => boolean {
  const meant = new Set<string>()
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const path = [...parent, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))]
    for (const key of issue.keys) {
      const right = suggest(key, guide.outlineAt(path).keys)
      if (right !== undefined) meant.add(`${formatPath(path)}\0\`${right}\` is missing.`)
    }
  }
  return finding => !meant.has(`${formatPath(finding.path)}\0${finding.message}`)
}

export function valueAt(data: unknown, path: DataPath): unknown {
  let value = data
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of named entries',
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of keys'
  return kindNames[typeof value] ?? typeof value
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
