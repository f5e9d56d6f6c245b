import { formatPath, suggest } from '../../../foundation/config/index.ts'
import { asText, counted, findColumn, percent } from './cells.ts'
import { atRows } from '../kept/kept-files.ts'
import { aboutOf, keepFlags, type LookThrough } from './rule-flags.ts'
import type { CheckReport, CheckResult } from './report.ts'
import {
  excerptLength,
  type Fault,
  type Findings,
  mostExamples,
  type Rule,
  type RunContext,
  type Work,
} from './rule.ts'
import { ruleKindsByName } from './rule-kinds.ts'
import { maskDetected, type TextDetectors } from './text-detectors.ts'
import { refuseExpression } from './refuse-expression.ts'
import { whereOf } from './where.ts'

type WorkBy = {
  readonly [Kind in Work['by']]: Extract<Work, { readonly by: Kind }>
}

interface Planned<Of extends Work = Work> {
  readonly rule: Rule
  readonly work: Of
}

function ofKind<Kind extends Work['by']>(planned: readonly Planned[], by: Kind): Planned<WorkBy[Kind]>[] {
  return planned.filter((each): each is Planned<WorkBy[Kind]> => each.work.by === by)
}

/** What was found so far of a rule that names rows by their place; keys and values are read at the end. */
interface Rows {
  faults: number
  checked: number
  readonly rows: number[]
  readonly details: Map<number, Fault>
  readonly types: Map<string, number>
}

/**
 * Holds rows to rules. Conditions share one reading of the rows, looks by code a second one; the rest ask what they need. A rule that
 * cannot be worked out has failed, with the reason.
 */
export async function runChecks(
  rules: readonly Rule[],
  context: RunContext,
  progress: (share: number, step: string) => void = () => {},
): Promise<CheckReport> {
  const startedAt = performance.now()
  const results = new Map<Rule, CheckResult>()
  const planned: Planned[] = []
  for (const rule of rules) {
    const plan = await planRule(rule, context)
    if ('by' in plan) planned.push({ rule, work: plan })
    else results.set(rule, plan)
  }

  progress(0.05, 'conditions')
  const found = new Map<Rule, Rows>()
  const looks = ofKind(planned, 'look')
  const byRow = [...ofKind(planned, 'condition'), ...looks]
  for (const [rule, flags] of await keepFlags(byRow, context, lookThrough(context)))
    found.set(
      rule,
      await readFlags(
        flags,
        looks.some(look => look.rule === rule),
        context,
      ),
    )
  await explainFaults(looks, found, context)
  const conditions = ofKind(planned, 'condition').filter(({ rule }) => !found.has(rule))
  for (const [rule, rows] of await readConditions(conditions, context, results)) found.set(rule, rows)
  context.signal.throwIfAborted()
  progress(0.2, 'texts')
  const unknown = looks.filter(({ rule }) => !found.has(rule))
  for (const [rule, rows] of await readLooks(unknown, context, results)) found.set(rule, rows)
  context.signal.throwIfAborted()
  await describeRows(planned, found, context, results)

  const queries = ofKind(planned, 'query')
  for (const [index, { rule, work }] of queries.entries()) {
    context.signal.throwIfAborted()
    progress(0.4 + (0.6 * index) / queries.length, rule.name)
    try {
      results.set(rule, resultOf(rule, await work.run(context, rule.when), context))
    } catch (error) {
      results.set(rule, notWorkedOut(rule, error, context))
    }
  }
  const checks = rules.flatMap(rule => results.get(rule) ?? [])
  const failed = checks.filter(({ outcome }) => outcome === 'failed')
  return {
    rows: context.rows.rows,
    outcome:
      failed.length === 0
        ? 'passed'
        : failed.some(({ severity }) => severity === 'error')
          ? 'failed'
          : 'warned',
    durationMs: Math.round(performance.now() - startedAt),
    checks,
  }
}

async function planRule(rule: Rule, context: RunContext): Promise<Work | CheckResult> {
  const kind = ruleKindsByName.get(rule.kind)
  if (!kind) throw new Error(`There is no rule ${rule.kind}.`)
  const names = context.rows.schema.columns.map(({ name }) => name)
  for (const { name, isSlice } of kind.columns(rule.parameters as never)) {
    if (findColumn(context.rows.schema, name)) continue
    if (isSlice && context.slices[name] !== undefined) continue
    // that it is missing is said once, by its type
    if (rule.path[0] === 'columns' && rule.kind !== 'type' && rule.kind !== 'nullable')
      return whole(rule, 'skipped', `There is no column \`${name}\`.`)
    const meant = suggest(name, names)
    return whole(
      rule,
      'failed',
      `There is no column \`${name}\`${
        meant === undefined
          ? `; there are ${names
              .slice(0, 12)
              .map(each => `\`${each}\``)
              .join(', ')}`
          : `. Is it \`${meant}\` now?`
      }`,
    )
  }
  for (const expression of expressionsOf(rule)) {
    const refused = await refuseExpression(context.duckdb, context.rows.view, expression, names)
    if (refused !== undefined)
      return whole(rule, 'failed', `\`${shorten(expression)}\` cannot be evaluated: ${refused}`)
  }
  try {
    const work = kind.plan(rule as never, context)
    return work.by === 'nothing' ? whole(rule, work.outcome, work.message) : work
  } catch (error) {
    return notWorkedOut(rule, error, context)
  }
}

function expressionsOf({ kind, when, parameters }: Rule): string[] {
  const own =
    kind === 'assert'
      ? (parameters as {
          readonly that: string
          readonly show: string | undefined
        })
      : undefined
  return [when, own?.that, own?.show].filter(each => each !== undefined)
}

/** All conditions in one reading; where that fails, one by one, so that the failing one is named. */
async function readConditions(
  planned: readonly Planned<WorkBy['condition']>[],
  context: RunContext,
  results: Map<Rule, CheckResult>,
): Promise<Map<Rule, Rows>> {
  const found = new Map<Rule, Rows>()
  try {
    await readTogether(planned, context, found)
  } catch (error) {
    if (planned.length === 1 && planned[0])
      results.set(planned[0].rule, notWorkedOut(planned[0].rule, error, context))
    else
      for (const each of planned) {
        context.signal.throwIfAborted()
        for (const [rule, rows] of await readConditions([each], context, results)) found.set(rule, rows)
      }
  }
  return found
}

async function readTogether(
  planned: readonly Planned<WorkBy['condition']>[],
  { duckdb, rows }: RunContext,
  found: Map<Rule, Rows>,
): Promise<void> {
  if (planned.length === 0) return
  const inner = planned.map(({ rule, work }, at) => {
    const about = aboutOf(rule)
    return `${about} AS a${at}, ${about} AND coalesce((${work.fault}\n), false) AS f${at}`
  })
  const outer = planned.map(
    (_, at) =>
      `count(*) FILTER (WHERE a${at}), count(*) FILTER (WHERE f${at}), min(_row, ${mostExamples}) FILTER (WHERE f${at})`,
  )
  const reader = await duckdb.runAndReadAll(
    `SELECT ${outer.join(', ')} FROM (SELECT _row, ${inner.join(', ')} FROM ${rows.view})`,
  )
  const [values = []] = reader.getRowsJson()
  for (const [at, { rule }] of planned.entries()) {
    const list = values[at * 3 + 2]
    found.set(rule, {
      checked: Number(values[at * 3]),
      faults: Number(values[at * 3 + 1]),
      rows: Array.isArray(list) ? list.map(Number) : [],
      details: new Map(),
      types: new Map(),
    })
  }
}

/** What was kept of a rule, counted. */
async function readFlags(flags: string, isLook: boolean, { duckdb }: RunContext): Promise<Rows> {
  const reader = await duckdb.runAndReadAll(
    `SELECT count(*) FILTER (WHERE _about), count(*) FILTER (WHERE _fault), min(_row, ${mostExamples}) FILTER (WHERE _fault) FROM ${flags}`,
  )
  const [checked, faults, list] = reader.getRowsJson()[0] ?? []
  const types = new Map<string, number>()
  if (isLook && Number(faults) > 0) {
    const counted = await duckdb.runAndReadAll(
      `SELECT type, count(*) FROM (SELECT unnest(from_json(_types, '["VARCHAR"]')) AS type FROM ${flags} WHERE _fault) GROUP BY 1 ORDER BY 1`,
    )
    for (const [type, count] of counted.getRows()) types.set(String(type), Number(count))
  }
  return {
    checked: Number(checked),
    faults: Number(faults),
    rows: Array.isArray(list) ? list.map(Number) : [],
    details: new Map(),
    types,
  }
}

/** Looks once more at the rows that are named, for what is wrong with them. */
async function explainFaults(
  looks: readonly Planned<WorkBy['look']>[],
  found: ReadonlyMap<Rule, Rows>,
  { duckdb, rows }: RunContext,
): Promise<void> {
  for (const { rule, work } of looks) {
    const state = found.get(rule)
    if (!state || state.rows.length === 0) continue
    const reader = await duckdb.runAndReadAll(
      `SELECT _row, ${work.columns.map(asText).join(', ')} FROM ${rows.view} WHERE ${atRows(state.rows, rows.stored)}`,
    )
    for (const [row, ...texts] of reader.getRows()) {
      const fault = work.look(texts.map(text => (typeof text === 'string' ? text : null)))
      if (fault) state.details.set(Number(row), fault)
    }
  }
}

/** All looks by code in one reading. */
async function readLooks(
  planned: readonly Planned<WorkBy['look']>[],
  context: RunContext,
  results: Map<Rule, CheckResult>,
): Promise<Map<Rule, Rows>> {
  const found = new Map<Rule, Rows>()
  const { duckdb, rows } = context
  const looks = planned.filter(({ work }) => work.columns.length > 0)
  for (const { rule, work } of planned)
    if (work.columns.length === 0) results.set(rule, whole(rule, 'skipped', 'There are no columns of text.'))
  if (looks.length === 0) return found
  const about = looks.map(look => conditionsOf(look, '_row', rows.rows))
  const counts = await duckdb.runAndReadAll(
    `SELECT ${about.map(conditions => `count(*)${conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`}`).join(', ')} FROM ${rows.view}`,
  )
  for (const [at, { rule }] of looks.entries())
    found.set(rule, {
      checked: Number(counts.getRows()[0]?.[at] ?? 0),
      faults: 0,
      rows: [],
      details: new Map(),
      types: new Map(),
    })
  const from = { view: rows.view, place: '_row', rows: rows.rows }
  await lookThrough(context)(looks, from, (rule, row, fault) => {
    const state = found.get(rule)
    if (state) note(state, row, fault)
  })
  return found
}

/** Which rows a look is about. */
function conditionsOf({ rule, work }: Planned<WorkBy['look']>, place: string, rows: number): string[] {
  return [
    ...(rule.when === undefined ? [] : [aboutOf(rule)]),
    ...(work.sample === undefined || work.sample >= rows
      ? []
      : [`(hash(${place}) % ${rows} < ${work.sample})`]),
  ]
}

/** Reads the rows that some rule has to look at, once for all of them. */
function lookThrough({ duckdb, signal }: RunContext): LookThrough {
  return async (looks, { view, place, rows }, onFault) => {
    const columns = [
      ...new Map(
        looks.flatMap(({ work }) => work.columns.map(column => [column.name, column] as const)),
      ).values(),
    ]
    const places = looks.map(({ work }) =>
      work.columns.map(({ name }) => columns.findIndex(column => column.name === name)),
    )
    const flags = looks.map(look => {
      const { suspects } = look.work
      const conditions = [
        ...conditionsOf(look, place, rows),
        ...(suspects === undefined ? [] : [`(${suspects})`]),
      ]
      return conditions.length === 0 ? 'true' : `coalesce(${conditions.join(' AND ')}, false)`
    })
    const filter = flags.includes('true') ? undefined : flags.map((_, at) => `g${at}`).join(' OR ')
    const inner = `SELECT ${place} AS place, ${columns.map((column, at) => `${asText(column)} AS t${at}`).join(', ')}, ${flags.map((flag, at) => `${flag} AS g${at}`).join(', ')} FROM ${view}`
    const stream = await duckdb.stream(
      `SELECT place, ${columns.map((_, at) => `t${at}`).join(', ')}, ${flags.map((_, at) => `g${at}`).join(', ')} FROM (${inner})${whereOf(filter)}`,
    )
    for (;;) {
      signal.throwIfAborted()
      const chunk = await stream.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      const numbers = chunk.getColumnValues(0)
      const texts = columns.map((_, at) => chunk.getColumnValues(at + 1))
      for (const [at, { rule, work }] of looks.entries()) {
        const flag = chunk.getColumnValues(columns.length + 1 + at)
        for (let row = 0; row < chunk.rowCount; row += 1) {
          if (flag[row] !== true) continue
          const values = (places[at] ?? []).map(column => {
            const value = texts[column]?.[row]
            return typeof value === 'string' ? value : null
          })
          const fault = work.look(values)
          if (fault) onFault(rule, Number(numbers[row]), fault)
        }
      }
    }
  }
}

/** Counts a row at fault, and keeps it where it is among the first. */
function note(state: Rows, row: number, fault: Fault): void {
  state.faults += 1
  for (const type of fault.types ?? []) state.types.set(type, (state.types.get(type) ?? 0) + 1)
  const last = state.rows.at(-1)
  if (state.rows.length >= mostExamples) {
    if (last === undefined || row > last) return
    state.rows.pop()
    state.details.delete(last)
  }
  state.rows.push(row)
  state.rows.sort((a, b) => a - b)
  state.details.set(row, fault)
}

/** Reads the keys and values of the rows that are named, in one question, and makes results of all. */
async function describeRows(
  planned: readonly Planned[],
  found: ReadonlyMap<Rule, Rows>,
  context: RunContext,
  results: Map<Rule, CheckResult>,
): Promise<void> {
  const rows = [...new Set([...found.values()].flatMap(each => each.rows))]
  const shown = ofKind(planned, 'condition').filter(
    ({ rule, work }) => work.excerpt !== undefined && (found.get(rule)?.rows.length ?? 0) > 0,
  )
  const keys = new Map<number, string>()
  const excerpts = new Map<Rule, Map<number, string>>()
  if (rows.length > 0) {
    // a value that cannot be shown is no reason to say nothing of the row
    const cells = shown.map(({ work }) => `TRY(left(CAST(${work.excerpt} AS VARCHAR), ${excerptLength}))`)
    const reader = await context.duckdb.runAndReadAll(
      `SELECT ${['_row', '_key', ...cells].join(', ')} FROM ${context.rows.view} WHERE ${atRows(rows, context.rows.stored)}`,
    )
    for (const [row, key, ...values] of reader.getRows()) {
      keys.set(Number(row), String(key))
      for (const [at, { rule }] of shown.entries()) {
        const value = values[at]
        if (value === null || value === undefined) continue
        const own = excerpts.get(rule) ?? new Map<number, string>()
        excerpts.set(rule, own.set(Number(row), String(value)))
      }
    }
  }
  const mask = createMask(context.detectors)
  for (const { rule, work } of planned) {
    const state = found.get(rule)
    if (!state || (work.by !== 'condition' && work.by !== 'look')) continue
    const isMasked = work.by === 'look' && work.isMasked === true
    const examples = state.rows.map(row => {
      const fault = state.details.get(row)
      const excerpt = fault?.excerpt ?? excerpts.get(rule)?.get(row)
      return {
        key: keys.get(row) ?? '',
        row,
        ...(fault && fault.says !== '' ? { says: fault.says } : {}),
        ...(excerpt === undefined
          ? {}
          : {
              excerpt: isMasked ? excerpt : mask(excerpt.slice(0, excerptLength)),
            }),
      }
    })
    const types = Object.fromEntries(
      [...state.types].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    )
    const more = [
      ...(state.types.size > 0
        ? [
            `${Object.entries(types)
              .map(([type, count]) => `${type} ${count}`)
              .join(', ')}.`,
          ]
        : []),
      ...(work.by === 'condition' && work.explain && examples.length > 0
        ? [work.explain(examples.flatMap(({ excerpt }) => excerpt ?? []))]
        : []),
    ]
    const sample = work.by === 'look' ? work.sample : undefined
    results.set(
      rule,
      resultOf(
        rule,
        {
          faults: state.faults,
          checked: state.checked,
          message:
            state.faults === 0
              ? `${counted(state.checked, 'row')}, none at fault.`
              : [
                  `${state.faults.toLocaleString('en-US')} of ${counted(state.checked, 'row')} ${work.says}.`,
                  ...more,
                ].join(' '),
          examples,
          ...(state.types.size > 0 ? { measured: { types } } : {}),
          ...(sample === undefined || sample >= context.rows.rows
            ? {}
            : { sampled: { rows: state.checked, of: context.rows.rows } }),
        },
        context,
        true,
      ),
    )
  }
}

function resultOf(rule: Rule, findings: Findings, context: RunContext, isMasked = false): CheckResult {
  const { faults, checked, message, examples, measured, sampled } = findings
  const isFailed = findings.isFailed ?? (faults !== undefined && faults > rule.tolerance * checked)
  const allowed =
    !isFailed && faults !== undefined && faults > 0
      ? ` That is within the ${percent(rule.tolerance)} that are allowed.`
      : ''
  const some = sampled
    ? ` Looked at ${sampled.rows.toLocaleString('en-US')} of ${counted(sampled.of, 'row')}.`
    : ''
  const mask = isMasked ? (text: string) => text : createMask(context.detectors)
  return {
    check: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    outcome: findings.isSkipped === true ? 'skipped' : isFailed ? 'failed' : 'passed',
    ...(faults === undefined ? {} : { rows: faults }),
    checked,
    ...(sampled === undefined ? {} : { sampled }),
    message: `${message}${allowed}${some}`,
    ...(measured === undefined ? {} : { measured: { ...measured } }),
    examples: examples.map(({ key, row, says, excerpt, other }) => ({
      key,
      row,
      ...(says === undefined ? {} : { says }),
      ...(excerpt === undefined ? {} : { excerpt: mask(excerpt) }),
      ...(other === undefined ? {} : { other }),
    })),
    path: formatPath(rule.path),
  }
}

function whole(rule: Rule, outcome: CheckResult['outcome'], message: string): CheckResult {
  return {
    check: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    outcome,
    checked: 0,
    message,
    examples: [],
    path: formatPath(rule.path),
  }
}

function notWorkedOut(rule: Rule, error: unknown, { signal }: RunContext): CheckResult {
  signal.throwIfAborted()
  const message = error instanceof Error ? error.message : String(error)
  // too little memory or disk is no fault of the data
  if (/^Out of Memory Error|No space left|^INTERRUPT/i.test(message)) throw error
  return whole(rule, 'failed', `It could not be worked out: ${shorten(message.replaceAll(/\s+/g, ' '), 300)}`)
}

/** Excerpts are there to find a row by: what is personal or secret in them is not needed for that. */
function createMask(detectors: TextDetectors | undefined): (text: string) => string {
  if (!detectors) return text => text
  const personal = detectors.create('personal-data', {})
  const secret = detectors.create('secrets', {})
  return text => maskDetected(text, [...personal(text), ...secret(text)])
}

function shorten(text: string, most = 100): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
