import { Failure } from '../../../foundation/platform/index.ts'
import type { Column } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { textOf } from '../duplicates/read-texts.ts'
import { cellText, conditionWord, refuseCondition, type SliceConditions } from '../slices/slice-sql.ts'
import { filesToRead } from '../validation/open-rows.ts'
import { lockDown } from '../worker/open-duckdb.ts'
import { columnOf, createVersionView, duckdbTypes, quoteText } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { chooseCandidates } from './choose-candidates.ts'
import type { Candidate, DriveBody, Field, Need } from './drive.ts'
import { type CellCount, findNeeds } from './needs.ts'
import { type Prediction, predictValues } from './predict-values.ts'

export interface FindCandidates {
  readonly files: VersionFiles
  /** What was said, a line of JSON each: `_id`, `_asked` (people were asked about it before), and `columns`. */
  readonly candidatesFile: string
  /** Of the dataset, which candidates have too. */
  readonly columns: readonly Column[]
  readonly slices: readonly string[]
  readonly conditions: SliceConditions
  readonly label: string
  readonly input: string
  readonly options: Pick<DriveBody, 'of' | 'each' | 'half_width' | 'budget' | 'least' | 'people'>
  readonly seed: string
}

export interface FoundCandidates {
  readonly needs: readonly Need[]
  readonly fields: readonly Field[]
  readonly candidates: readonly Candidate[]
  /** Candidates whose text the version has, or that is there twice, or that people were asked about. */
  readonly repeated: number
  /** Candidates that belong to nothing that is lacking, as far as can be told, or that the budget does not reach. */
  readonly passedOver: number
}

/** Training takes seconds up to about here. */
const mostLearned = 10_000
const mostChoices = 200
const mostCells = 20_000

/** What a version lacks, and which candidates most probably are of it. */
export async function findCandidates(
  given: FindCandidates,
  { duckdb, signal, progress }: DataTaskContext,
): Promise<FoundCandidates> {
  const { files, columns, slices, conditions, label, input, options } = given
  const { schema } = files
  await createVersionView(duckdb, 'rows', files)
  const types = [
    `'_id': 'VARCHAR', '_asked': 'BOOLEAN'`,
    ...columns.map(({ name, type }) => `${quoteText(name)}: '${duckdbTypes[type]}'`),
  ]
  await duckdb.run(
    `CREATE TEMP TABLE candidates AS SELECT * FROM read_json(${quoteText(given.candidatesFile)}, format = 'newline_delimited', columns = {${types.join(', ')}})`,
  )
  await lockDown(duckdb, filesToRead([files]))
  const isKnown = (name: string): boolean => columns.some(column => column.name === name)
  const unknown = slices.filter(name => name !== label && conditions[name] === undefined && !isKnown(name))
  for (const [name, condition] of Object.entries(conditions)) {
    const told = await refuseCondition(
      duckdb,
      'candidates',
      condition,
      columns.map(column => column.name),
    )
    if (told !== undefined)
      throw new Failure(
        'invalid_request',
        `The slice \`${name}\` (${condition}) cannot be told of traffic: ${told} Slice by the column itself, so that people are asked for it.`,
        { details: { parameter: 'slices' } },
      )
  }
  const sliceCell = (name: string): string => {
    const condition = conditions[name]
    return condition === undefined
      ? `coalesce(${cellText(columnOf(schema, name))}, 'null')`
      : `CASE WHEN coalesce((${condition}\n), false) THEN ${quoteText(conditionWord(name, true))} ELSE ${quoteText(conditionWord(name, false))} END`
  }
  const labelCell = `coalesce(${cellText(columnOf(schema, label))}, 'null')`

  const cells = await readCellCounts()
  const needs = findNeeds(cells, {
    slices,
    label,
    of: options.of,
    each: options.each,
    halfWidth: options.half_width,
  })
  const fields = fieldsOf(cells)
  if (needs.length === 0) return { needs, fields, candidates: [], repeated: 0, passedOver: 0 }
  progress(0.2, 'reads texts')
  const text = textOf(schema, [input])
  const fresh = await duckdb.runAndReadAll(
    `SELECT _id, ${textOf({ key: [], columns: [...columns] }, [input])} AS said, ${
      slices
        .filter(name => !unknown.includes(name))
        .map(sliceCell)
        .join(', ') || 'NULL'
    }
     FROM candidates WHERE NOT _asked AND said <> ''
       AND trim(said) NOT IN (SELECT trim(${text}) FROM rows)
       AND trim(said) NOT IN (SELECT trim(${textOf({ key: [], columns: [...columns] }, [input])}) FROM candidates WHERE _asked)
     QUALIFY row_number() OVER (PARTITION BY trim(said) ORDER BY _id) = 1 ORDER BY _id`,
  )
  const rows = fresh.getRows().map(([id, said, ...values]) => ({
    id: String(id),
    text: String(said),
    known: Object.fromEntries(
      slices.filter(name => !unknown.includes(name)).map((name, at) => [name, String(values[at])]),
    ),
  }))
  const [[all = 0] = []] = (
    await duckdb.runAndReadAll('SELECT count(*) FROM candidates WHERE NOT _asked')
  ).getRows()
  progress(0.4, 'learns')
  const learned = await duckdb.runAndReadAll(
    `SELECT ${[text, labelCell, ...unknown.map(sliceCell)].join(', ')} FROM rows ORDER BY md5(_key) LIMIT ${mostLearned}`,
  )
  const examples = learned.getRows().map(row => row.map(String))
  const predictions = await predictValues(
    examples.map(([said = '']) => said),
    rows.map(row => row.text),
    [label, ...unknown].map((name, at) => ({ name, values: examples.map(row => row[at + 1] ?? 'null') })),
    { seed: given.seed, signal },
  )
  progress(0.9, 'chooses')
  const chosen = chooseCandidates(
    rows.map(({ known }, row) => needs.map(need => probabilityOf(need, known, predictions, row))),
    needs.map(({ missing }) => missing),
    { most: Math.floor(options.budget / (fields.length * options.people)), least: options.least },
  )
  return {
    needs,
    fields,
    candidates: chosen.flatMap(({ candidate, need, probability }) => {
      const row = rows[candidate]
      return row ? [{ inferenceId: row.id, need, probability, known: row.known }] : []
    }),
    repeated: Number(all) - rows.length,
    passedOver: rows.length - chosen.length,
  }

  async function readCellCounts(): Promise<CellCount[]> {
    const names = slices.map((_, at) => `s${at}`)
    const reader = await duckdb.runAndReadAll(
      `SELECT ${[...slices.map((name, at) => `${sliceCell(name)} AS s${at}`), `${labelCell} AS label`].join(', ')}, count(*) FROM rows GROUP BY ${[...names, 'label'].join(', ')} ORDER BY ALL LIMIT ${mostCells + 1}`,
    )
    const found = reader.getRows()
    if (found.length > mostCells)
      throw new Failure(
        'invalid_request',
        `${[...slices, label].map(one => `\`${one}\``).join(' × ')} has more than ${mostCells} values: slices and labels are groups of rows.`,
        { details: { parameter: 'slices' } },
      )
    return found.map(row => ({
      values: row.slice(0, slices.length).map(String),
      label: String(row[slices.length]),
      rows: Number(row[slices.length + 1]),
    }))
  }

  /** What people have to say of each: the label, and the slices that nothing else tells. */
  function fieldsOf(counts: readonly CellCount[]): Field[] {
    return [label, ...unknown].map(column => {
      const at = slices.indexOf(column)
      const values = counts.map(cell => (column === label ? cell.label : (cell.values[at] ?? 'null')))
      const choices = [...new Set(values)].filter(value => value !== 'null').toSorted()
      if (choices.length >= 2 && choices.length <= mostChoices) return { column, choices }
      throw new Failure(
        'invalid_request',
        `\`${column}\` has ${choices.length} different values: people choose between 2 and ${mostChoices}.`,
        { details: { parameter: column === label ? 'label' : 'slices' } },
      )
    })
  }
}

/** Known slices are certain; the rest is what the classifiers say, as if each value came by itself. */
function probabilityOf(
  { values }: Need,
  known: Readonly<Record<string, string>>,
  predictions: ReadonlyMap<string, Prediction>,
  row: number,
): number {
  let probability = 1
  for (const [name, value] of Object.entries(values)) {
    const said = known[name]
    if (said !== undefined) probability *= said === value ? 1 : 0
    else {
      const prediction = predictions.get(name)
      const at = prediction?.classes.indexOf(value) ?? -1
      probability *= at === -1 ? 0 : (prediction?.probabilities[row * prediction.classes.length + at] ?? 0)
    }
  }
  return probability
}
