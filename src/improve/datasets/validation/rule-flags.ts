import { isKept, keep, keptName, selectKept } from '../kept/kept-files.ts'
import type { Column } from '../dataset.ts'
import { createVersionView } from '../worker/sql.ts'
import type { Fault, Rule, RunContext, Work } from './rule.ts'
import { isPure } from './refuse-expression.ts'

/**
 * Whether a row is at fault follows from the row alone, for rules that are a condition or a look. So it is kept for each row of a
 * segment, under the rule as it was planned: `_about` (whether the rule is about the row), `_fault`, and for looks `_types`. A
 * version then costs the rows of its new segments.
 */

type ByRow = Extract<Work, { readonly by: 'condition' | 'look' }>

interface KeptRule<Of extends ByRow = ByRow> {
  readonly rule: Rule
  readonly work: Of
  /** What its flags are kept under. */
  readonly name: string
}

/** Rows with `_about`, `_fault` and `_types` of a rule, as a relation; by rule. Rules that have to be worked out anew are missing. */
export async function keepFlags(
  planned: readonly { readonly rule: Rule; readonly work: ByRow }[],
  context: RunContext,
  look: LookThrough,
): Promise<Map<Rule, string>> {
  const { stored } = context.rows
  const found = new Map<Rule, string>()
  if (!stored || stored.segments.length === 0 || context.code === undefined) return found
  const named = await nameRules(planned, context, context.code)
  const failed = new Set<Rule>()
  for (const { file, rows } of stored.segments) {
    context.signal.throwIfAborted()
    const missing = named.filter(({ rule, name }) => !failed.has(rule) && !isKept(file, name))
    if (missing.length === 0) continue
    // whole, with the rows that are gone: they may come back with another version
    await createVersionView(context.duckdb, 'one segment', {
      versionId: '',
      schema: context.rows.schema,
      rows,
      segments: [{ file, rows }],
    })
    for (const rule of await keepConditions(ofKind(missing, 'condition'), file, context)) failed.add(rule)
    for (const rule of await keepLooks(ofKind(missing, 'look'), file, context, look)) failed.add(rule)
  }
  for (const { rule, name } of named) if (!failed.has(rule)) found.set(rule, `(${selectKept(stored, name)})`)
  return found
}

/** Looks through rows, and says of each that is at fault where it lies (`place`, as SQL). */
export type LookThrough = (
  looks: readonly {
    readonly rule: Rule
    readonly work: Extract<Work, { readonly by: 'look' }>
  }[],
  from: {
    readonly view: string
    readonly place: string
    readonly rows: number
  },
  onFault: (rule: Rule, place: number, fault: Fault) => void,
) => Promise<void>

function ofKind<Kind extends ByRow['by']>(
  rules: readonly KeptRule[],
  by: Kind,
): KeptRule<Extract<ByRow, { readonly by: Kind }>>[] {
  return rules.filter((each): each is KeptRule<Extract<ByRow, { readonly by: Kind }>> => each.work.by === by)
}

/** Those whose flags follow from the row alone. */
async function nameRules(
  planned: readonly { readonly rule: Rule; readonly work: ByRow }[],
  { duckdb, rows }: RunContext,
  code: string,
): Promise<KeptRule[]> {
  const columns = rows.schema.columns
  const names = columns.map(({ name }) => name)
  const named: KeptRule[] = []
  for (const { rule, work } of planned) {
    if (work.by === 'look' && (work.sample !== undefined || work.columns.length === 0)) continue
    const written = [rule.when, ...(rule.kind === 'assert' && work.by === 'condition' ? [work.fault] : [])]
    const given = written.filter(each => each !== undefined)
    let areAllPure = true
    for (const expression of given) areAllPure &&= await isPure(duckdb, expression, names)
    if (!areAllPure) continue
    const sql = work.by === 'condition' ? work.fault : (work.suspects ?? '')
    const what = {
      kind: rule.kind,
      parameters: work.by === 'look' ? rule.parameters : undefined,
      when: rule.when,
      sql,
      columns: [
        ...(work.by === 'look' ? work.columns : []),
        ...namedIn([sql, ...given].join('\n'), columns),
      ].map(({ name, type }) => [name, type]),
    }
    named.push({ rule, work, name: keptName('flags', code, what) })
  }
  return named
}

/** Columns that may be meant in some SQL: those whose name is anywhere in it. */
function namedIn(sql: string, columns: readonly Column[]): Column[] {
  const text = sql.toLowerCase()
  return columns.filter(({ name }) => {
    const lower = name.toLowerCase()
    return text.includes(lower) || text.includes(lower.replaceAll('"', '""'))
  })
}

export function aboutOf({ when }: Rule): string {
  return when === undefined ? 'true' : `coalesce((${when}\n), false)`
}

/** All conditions in one reading, and one by one where that fails; gives those that could not be worked out. */
async function keepConditions(
  rules: readonly KeptRule<Extract<Work, { readonly by: 'condition' }>>[],
  file: string,
  context: RunContext,
): Promise<Rule[]> {
  const { duckdb, signal } = context
  if (rules.length === 0) return []
  const flags = rules.map(({ rule, work }, at) => {
    const about = aboutOf(rule)
    return `${about} AS a${at}, ${about} AND coalesce((${work.fault}\n), false) AS f${at}`
  })
  try {
    await duckdb.run(
      `CREATE OR REPLACE TEMP TABLE "rule flags" AS SELECT ${flags.join(', ')} FROM "one segment"`,
    )
    for (const [at, { name }] of rules.entries())
      await keep(duckdb, file, name, `SELECT a${at} AS _about, f${at} AS _fault FROM "rule flags"`)
    await duckdb.run('DROP TABLE "rule flags"')
    return []
  } catch {
    signal.throwIfAborted()
    // it is worked out as if nothing were kept, and what is wrong is said there
    if (rules.length === 1) return rules.map(({ rule }) => rule)
    const failed: Rule[] = []
    for (const each of rules) failed.push(...(await keepConditions([each], file, context)))
    return failed
  }
}

async function keepLooks(
  rules: readonly KeptRule<Extract<Work, { readonly by: 'look' }>>[],
  file: string,
  { duckdb, signal, rows }: RunContext,
  look: LookThrough,
): Promise<Rule[]> {
  if (rules.length === 0) return []
  const faults = new Map(rules.map(({ rule }) => [rule, { places: [] as number[], types: [] as string[] }]))
  try {
    await look(
      rules,
      { view: '"one segment"', place: '_position', rows: rows.rows },
      (rule, place, fault) => {
        faults.get(rule)?.places.push(place)
        faults.get(rule)?.types.push(JSON.stringify(fault.types ?? []))
      },
    )
    for (const { rule, name } of rules) {
      const { places = [], types = [] } = faults.get(rule) ?? {}
      await duckdb.run(
        'CREATE OR REPLACE TEMP TABLE "look faults" (position BIGINT NOT NULL, types VARCHAR NOT NULL)',
      )
      if (places.length > 0) {
        const appender = await duckdb.createAppender('look faults')
        for (const [at, place] of places.entries()) {
          appender.appendBigInt(BigInt(place))
          appender.appendVarchar(types[at] ?? '[]')
          appender.endRow()
        }
        appender.closeSync()
      }
      await keep(
        duckdb,
        file,
        name,
        `SELECT about AS _about, l.position IS NOT NULL AS _fault, l.types AS _types FROM (SELECT ${aboutOf(rule)} AS about, _position FROM "one segment") AS s LEFT JOIN "look faults" AS l ON l.position = s._position ORDER BY s._position`,
      )
    }
    await duckdb.run('DROP TABLE "look faults"')
    return []
  } catch {
    signal.throwIfAborted()
    return rules.map(({ rule }) => rule)
  }
}
