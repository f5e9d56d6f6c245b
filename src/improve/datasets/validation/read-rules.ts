import { z } from 'zod'
import { suggest } from '../../../foundation/config/index.ts'
import type { Definition } from '../definition.ts'
import { explainIssues, unknownKey } from './explain-issues.ts'
import type { Rule, RuleProblem } from './rule.ts'
import { type AnyRuleKind, ruleKinds, ruleKindsByName } from './rule-kinds.ts'
import type { TextDetectors } from './text-detectors.ts'

const severity = z.enum(['error', 'warn'])
const common = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  severity: severity.default('error'),
  when: z.string().min(1).max(4_000).optional(),
  tolerance: z.number().min(0).max(1).default(0),
})
const commonKeys = Object.keys(common.shape)
/** Keys of a column that say what it is, not what it is held to. */
const describing = ['type', 'role', 'description', 'severity']

export interface ReadRules {
  readonly rules: readonly Rule[]
  readonly problems: readonly (RuleProblem & { readonly at: 'key' | 'value' })[]
}

/** The rules of a definition, in its order; and what is wrong with them, by path. */
export function readRules(definition: Definition, detectors: TextDetectors | undefined): ReadRules {
  const rules: Rule[] = []
  const problems: RuleProblem[] = []
  const declared = Object.keys(definition.columns)
  const add = (read: Rule | RuleProblem[]) => {
    if (Array.isArray(read)) problems.push(...read)
    else rules.push(read)
  }
  for (const [column, given] of Object.entries(definition.columns))
    for (const read of readColumn(column, given, detectors)) add(read)
  const slices = Object.keys(definition.slices)
  for (const [index, entry] of definition.checks.entries())
    add(readCheck(entry, index, { declared, slices }, detectors))
  const names = new Map<string, number>()
  return {
    rules: rules.map(rule => {
      const times = (names.get(rule.name) ?? 0) + 1
      names.set(rule.name, times)
      return times === 1 ? rule : { ...rule, name: `${rule.name} ${times}` }
    }),
    problems: problems.map(problem => ({ at: 'value', ...problem })),
  }
}

function readColumn(
  column: string,
  given: Readonly<Record<string, unknown>>,
  detectors: TextDetectors | undefined,
): (Rule | RuleProblem[])[] {
  const path = ['columns', column]
  const level = severity.optional().safeParse(given['severity'])
  if (!level.success)
    return [atPath(explainIssues(level.error.issues, severity, given['severity']), [...path, 'severity'])]
  return Object.entries(given).flatMap(([key, value]): (Rule | RuleProblem[])[] => {
    const kind = ruleKindsByName.get(key)
    if (!kind?.short) {
      if (describing.includes(key)) return []
      const known = [...describing, ...ruleKinds.flatMap(each => (each.short ? [each.name] : []))]
      const said = unknownKey(key, known)
      const mend = kind ? 'This goes under `checks`, with the columns that it is about.' : said.mend
      return [[{ path: [...path, key], at: 'key', message: said.message, mend }]]
    }
    const at = [...path, key]
    const parsed = kind.short.schema.safeParse(value)
    if (!parsed.success) return [atPath(explainIssues(parsed.error.issues, kind.short.schema, value), at)]
    return [
      makeRule(kind, kind.short.expand(parsed.data as never, column), {
        at,
        name: undefined,
        severity: level.data ?? 'error',
        when: undefined,
        tolerance: 0,
        // what is wrong in the short form is wrong with the value as a whole
        place: () => at,
        detectors,
      }),
    ]
  })
}

function readCheck(
  entry: unknown,
  index: number,
  { declared, slices }: { readonly declared: readonly string[]; readonly slices: readonly string[] },
  detectors: TextDetectors | undefined,
): Rule | RuleProblem[] {
  const path = ['checks', index]
  const names = ruleKinds.map(({ name }) => name)
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return [{ path, message: 'A check is a group of keys.', mend: 'Write it as `- unique: [order, line]`.' }]
  const keys = Object.keys(entry)
  const rules = keys.filter(key => ruleKindsByName.has(key))
  const strangers = keys.filter(key => !ruleKindsByName.has(key) && !commonKeys.includes(key))
  if (strangers.length > 0) {
    const known = rules.length === 0 ? [...names, ...commonKeys] : commonKeys
    return strangers.map(key => ({ path: [...path, key], at: 'key' as const, ...unknownKey(key, known) }))
  }
  const [name, second] = rules
  if (name === undefined)
    return [
      {
        path,
        message: 'This check has no rule.',
        mend: `Give it one of ${names.map(each => `\`${each}\``).join(', ')}.`,
      },
    ]
  if (second !== undefined)
    return [
      {
        path: [...path, second],
        at: 'key',
        message: `This check has two rules, \`${name}\` and \`${second}\`.`,
        mend: 'Write each as a check of its own.',
      },
    ]
  const rest = Object.fromEntries(Object.entries(entry).filter(([key]) => key !== name))
  const shared = common.safeParse(rest)
  if (!shared.success) return atPath(explainIssues(shared.error.issues, common, rest), path)
  const kind = ruleKindsByName.get(name)
  if (!kind) throw new Error(`There is no rule ${name}.`)
  const value: unknown = (entry as Record<string, unknown>)[name]
  const given = name === 'only-columns' ? (value === true ? { columns: declared } : value) : value
  const at = [...path, name]
  return makeRule(kind, given, {
    ...shared.data,
    name: shared.data.name,
    when: shared.data.when,
    at,
    place: inner => [...at, ...inner],
    detectors,
    declared,
    slices,
  })
}

interface Written {
  readonly at: readonly (string | number)[]
  readonly name: string | undefined
  readonly severity: 'error' | 'warn'
  readonly when: string | undefined
  readonly tolerance: number
  readonly place: (inner: readonly (string | number)[]) => readonly (string | number)[]
  readonly detectors: TextDetectors | undefined
  readonly declared?: readonly string[]
  readonly slices?: readonly string[]
}

function makeRule(kind: AnyRuleKind, given: unknown, written: Written): Rule | RuleProblem[] {
  const parsed = kind.parameters.safeParse(given)
  if (!parsed.success)
    return explainIssues(parsed.error.issues, kind.parameters, given).map(problem => ({
      ...problem,
      path: written.place(problem.path),
    }))
  const parameters = parsed.data as never
  const problems = (kind.check?.(parameters, written.detectors) ?? []).map(problem => ({
    ...problem,
    path: written.place(problem.path),
  }))
  const columns = kind.columns(parameters)
  const declared = written.declared ?? []
  if (declared.length > 0)
    for (const { name, path, isSlice } of columns)
      if (!declared.includes(name) && !(isSlice && written.slices?.includes(name))) {
        // columns need not be declared; one that is nearly declared is a slip
        const meant = suggest(name, declared)
        if (meant !== undefined)
          problems.push({
            path: written.place(path),
            message: `There is no column \`${name}\`.`,
            mend: `Did you mean \`${meant}\`? If not, declare it under \`columns\` too.`,
          })
      }
  if (problems.length > 0) return problems
  const about = columns.map(({ name }) => name).join(', ')
  return {
    name: written.name ?? (about === '' ? kind.name : `${kind.name}(${about})`),
    kind: kind.name,
    severity: written.severity,
    when: written.when,
    tolerance: written.tolerance,
    parameters,
    path: written.at,
  }
}

function atPath(problems: readonly RuleProblem[], path: readonly (string | number)[]): RuleProblem[] {
  return problems.map(problem => ({ ...problem, path: [...path, ...problem.path] }))
}
