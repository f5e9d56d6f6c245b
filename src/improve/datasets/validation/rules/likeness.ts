import { z } from 'zod'
import { columnName } from '../../definition.ts'
import {
  findNearAcross,
  findNearDuplicates,
  type NearMethod,
  type NearPair,
} from '../../duplicates/find-near.ts'
import { TextReader, type TextSource, textOf } from '../../duplicates/read-texts.ts'
import { quoteText } from '../../worker/sql.ts'
import { counted, findColumn, percent } from '../cells.ts'
import {
  excerptLength,
  type Findings,
  mostExamples,
  type RowExample,
  type RowsView,
  type RuleKind,
  type RunContext,
} from '../rule.ts'
import { whereOf } from '../where.ts'

const on = z
  .union([columnName, z.array(columnName).min(1)])
  .transform(value => [value].flat())
  .describe('The columns whose texts are compared, together.')
const similarity = z
  .number()
  .min(0.3)
  .max(1)
  .describe(
    'Jaccard similarity of the runs of five letters and digits from which on two texts are the same; 1 for equal ones.',
  )
const shingles = z
  .strictObject({ of: z.enum(['characters', 'words']), length: z.int().min(1).max(20) })
  .optional()
  .describe('What is compared, instead of runs of five characters.')

const nearParameters = z.strictObject({ on, similarity: similarity.default(0.9), shingles })

export const nearDuplicatesRule: RuleKind<z.output<typeof nearParameters>> = {
  name: 'near-duplicates',
  description:
    'No text is nearly the same as an earlier one (MinHash with banding, each candidate compared exactly). `tolerance` allows a share.',
  parameters: nearParameters,
  columns: ({ on: names }) => names.map((name, at) => ({ name, path: ['on', at] })),
  plan: ({ parameters }) => ({
    by: 'query',
    async run(context, when) {
      const { duckdb, rows, scratch, signal } = context
      const source = { view: rows.view, text: textOf(rows.schema, parameters.on), where: when }
      const texts = new TextReader(duckdb, source)
      const { pairs, method } = await findNearDuplicates(() => texts.read(), {
        threshold: parameters.similarity,
        shingling: parameters.shingles,
        scratch,
        signal,
      })
      const checked = await count(context, rows, when)
      const examples = await nameRows(
        context,
        source,
        source,
        pairs.slice(0, mostExamples).map(({ row, of, similarity: found }) => ({
          row: texts.rowOf(row),
          of: texts.rowOf(of),
          similarity: found,
        })),
      )
      return {
        faults: pairs.length,
        checked,
        message:
          pairs.length === 0
            ? `No text is like another (${said(method)}).`
            : `${pairs.length.toLocaleString('en-US')} of ${counted(checked, 'row')} (${percent(pairs.length / Math.max(1, checked))}) ${pairs.length === 1 ? 'is' : 'are'} nearly the same as an earlier one (${said(method)}).`,
        examples,
        measured: { ...method },
      }
    },
  }),
}

const leakageParameters = z
  .strictObject({
    on,
    between: z
      .array(z.string())
      .min(2)
      .optional()
      .describe('Splits in order of importance: rows of the later are named. All declared ones by default.'),
    column: columnName
      .optional()
      .describe('The column that says in which split a row is, where `splits` does not.'),
    against: z
      .string()
      .optional()
      .describe('Another dataset, as `benchmark@v3`: no row may be like one of its rows.'),
    similarity: similarity.default(0.8),
    shingles,
  })
  .refine(
    ({ against, between, column }) =>
      against === undefined || (between === undefined && column === undefined),
    '`against` goes alone, without between and column',
  )
  .refine(
    ({ column, between }) => column === undefined || between !== undefined,
    '`column` needs `between`: which of its values are splits',
  )

export const leakageRule: RuleKind<z.output<typeof leakageParameters>> = {
  name: 'leakage',
  description: 'No text of one split, or of another dataset, is there (nearly) again in another split.',
  parameters: leakageParameters,
  columns: ({ on: names, column }) => [
    ...names.map((name, at) => ({ name, path: ['on', at] })),
    ...(column === undefined ? [] : [{ name: column, path: ['column'] }]),
  ],
  references: ({ against }) => (against === undefined ? [] : [against]),
  plan({ parameters }, context) {
    const { against, column, on: names } = parameters
    if (against !== undefined) {
      const other = context.others.get(against)
      if (!other)
        return {
          by: 'nothing',
          outcome: 'skipped',
          message: `\`${against}\` was not given: there is nothing to compare with.`,
        }
      const missing = names.find(name => !findColumn(other.schema, name))
      if (missing !== undefined)
        return { by: 'nothing', outcome: 'failed', message: `\`${against}\` has no column \`${missing}\`.` }
      return { by: 'query', run: (run, when) => acrossDatasets(run, when, parameters, against, other) }
    }
    const split =
      column === undefined ? context.splitExpression : `CAST("${column.replaceAll('"', '""')}" AS VARCHAR)`
    const parts = parameters.between ?? Object.keys(context.splits?.parts ?? {})
    if (split === undefined || parts.length < 2)
      return {
        by: 'nothing',
        outcome: 'skipped',
        message: 'There are no splits: declare `splits`, or say `column` and `between`.',
      }
    return { by: 'query', run: (run, when) => acrossSplits(run, when, parameters, split, parts) }
  },
}

type Comparing = Pick<z.output<typeof leakageParameters>, 'on' | 'similarity' | 'shingles'>

async function acrossDatasets(
  context: RunContext,
  when: string | undefined,
  parameters: Comparing,
  name: string,
  other: RowsView,
): Promise<Findings> {
  const source = { view: context.rows.view, text: textOf(context.rows.schema, parameters.on), where: when }
  const known = { view: other.view, text: textOf(other.schema, parameters.on), where: undefined }
  const found = await compare(context, known, source, parameters)
  const checked = await count(context, context.rows, when)
  return {
    faults: found.faults,
    checked,
    message:
      found.faults === 0
        ? `No text is like one of \`${name}\` (${said(found.method)}).`
        : `${found.faults.toLocaleString('en-US')} of ${counted(checked, 'row')} ${found.faults === 1 ? 'is' : 'are'} like one of \`${name}\` (${said(found.method)}).`,
    examples: found.examples,
    measured: { ...found.method },
  }
}

async function acrossSplits(
  context: RunContext,
  when: string | undefined,
  parameters: Comparing,
  split: string,
  parts: readonly string[],
): Promise<Findings> {
  const text = textOf(context.rows.schema, parameters.on)
  const of = (part: string) => ({
    view: context.rows.view,
    text,
    where: [when, `${split} = ${quoteText(part)}`]
      .filter(each => each !== undefined)
      .map(each => `(${each})`)
      .join(' AND '),
  })
  let faults = 0
  let checked = 0
  const examples: RowExample[] = []
  const leaks: string[] = []
  let method: NearMethod | undefined
  for (const [at, part] of parts.entries()) {
    if (at === 0) continue
    const later = of(part)
    checked += await count(context, context.rows, later.where)
    for (const earlier of parts.slice(0, at)) {
      const found = await compare(context, of(earlier), later, parameters)
      method = found.method
      faults += found.faults
      examples.push(
        ...found.examples.map(each => ({
          ...each,
          says: `${part} row like one of ${earlier}${each.says ? `, ${each.says}` : ''}`,
        })),
      )
      if (found.faults > 0)
        leaks.push(
          `${counted(found.faults, 'row')} of \`${part}\` ${found.faults === 1 ? 'is' : 'are'} like one of \`${earlier}\``,
        )
    }
  }
  return {
    faults,
    checked,
    message: `${leaks.length === 0 ? `No row of ${parts.slice(1).join(' or ')} is like one of an earlier split` : leaks.join('; ')}${method ? ` (${said(method)})` : ''}.`,
    examples: examples.slice(0, mostExamples),
    measured: { ...method },
  }
}

async function compare(context: RunContext, known: TextSource, source: TextSource, parameters: Comparing) {
  const { duckdb, scratch, signal } = context
  const others = new TextReader(duckdb, known)
  const texts = new TextReader(duckdb, source)
  const { pairs, method } = await findNearAcross(
    () => others.read(),
    () => texts.read(),
    { threshold: parameters.similarity, shingling: parameters.shingles, scratch, signal },
  )
  const named = pairs.slice(0, mostExamples).map(({ row, of, similarity: found }) => ({
    row: texts.rowOf(row - others.count),
    of: others.rowOf(of),
    similarity: found,
  }))
  const examples = await nameRows(context, source, known, named)
  return { faults: pairs.length, examples, method }
}

async function count({ duckdb }: RunContext, { view }: RowsView, where: string | undefined): Promise<number> {
  const reader = await duckdb.runAndReadAll(`SELECT count(*) FROM ${view}${whereOf(where)}`)
  return Number(reader.getRows()[0]?.[0] ?? 0)
}

async function nameRows(
  { duckdb }: RunContext,
  source: TextSource,
  known: TextSource,
  pairs: readonly NearPair[],
): Promise<RowExample[]> {
  if (pairs.length === 0) return []
  const others = await keysOf(
    duckdb,
    known,
    pairs.map(({ of }) => of),
  )
  const rows = await keysOf(
    duckdb,
    source,
    pairs.map(({ row }) => row),
  )
  return pairs.map(({ row, of, similarity: found }): RowExample => ({
    key: rows.get(row)?.key ?? '',
    row,
    says: `similarity ${found.toFixed(2)}`,
    excerpt: rows.get(row)?.excerpt,
    other: others.get(of)?.key,
  }))
}

async function keysOf(duckdb: RunContext['duckdb'], { view, text }: TextSource, numbers: readonly number[]) {
  const reader = await duckdb.runAndReadAll(
    `SELECT _row, _key, left(${text}, ${excerptLength}) FROM ${view} WHERE _row IN (${[...new Set(numbers)].join(', ')})`,
  )
  return new Map(
    reader
      .getRows()
      .map(([row, key, excerpt]) => [
        Number(row),
        { key: String(key), excerpt: typeof excerpt === 'string' ? excerpt : undefined },
      ]),
  )
}

function said({ threshold, expectedRecall, bands, rows }: NearMethod): string {
  return `similarity from ${threshold}, ${bands} bands of ${rows}: finds ${percent(expectedRecall)} of the pairs at the threshold and more above`
}
