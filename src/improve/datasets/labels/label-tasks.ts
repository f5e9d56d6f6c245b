import { Failure } from '../../../foundation/platform/index.ts'
import { textOf } from '../duplicates/read-texts.ts'
import { columnOf, cellJson, quoteName } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { compareLabels } from './annotations.ts'
import { crossValidate } from './classifier/cross-validate.ts'
import { computeAgreement } from './compute-agreement.ts'
import { computeAnnotators } from './compute-annotators.ts'
import { consensusOf, type ConsensusMethod } from './compute-consensus.ts'
import { computeSuspects } from './compute-suspects.ts'
import type { AgreementParameters, SuspectsParameters } from './label-parameters.ts'
import type { AgreementReport, AnnotatorsReport, SuspectsReport } from './label-report.ts'
import {
  type AnnotationShape,
  type Cells,
  itemOf,
  openCells,
  readAnnotations,
  type ReadVersion,
} from './read-annotations.ts'

export interface MeasureAgreement extends ReadVersion {
  readonly shape: AnnotationShape
  readonly options: Pick<AgreementParameters, 'level' | 'order' | 'slices' | 'seed'>
}

/** How far annotators agree on a version. */
export async function measureAgreement(
  { shape, options, ...version }: MeasureAgreement,
  context: DataTaskContext,
): Promise<AgreementReport> {
  const { level, slices, order, seed } = options
  const annotations = await readAnnotations(await openCells(version, context), shape, { slices, order })
  checkLevel(annotations.labels, level, order)
  context.progress(0.3, 'compares')
  return computeAgreement(annotations, { level, slices, seed })
}

export function checkLevel(
  labels: readonly string[],
  level: AgreementParameters['level'],
  order: readonly string[] | undefined,
): void {
  if (level === 'nominal' || (level === 'ordinal' && order !== undefined)) {
    const unknown = order && labels.find(label => !order.includes(label))
    if (unknown === undefined) return
    throw new Failure(
      'invalid_request',
      `order: there is a label \`${unknown.slice(0, 60)}\` that it does not name`,
      {
        details: { parameter: 'order' },
      },
    )
  }
  const odd = labels.find(label => label.trim() === '' || !Number.isFinite(Number(label)))
  if (odd !== undefined)
    throw new Failure(
      'invalid_request',
      `The label \`${odd.slice(0, 60)}\` is no number. ${level === 'ordinal' ? 'Name the labels in their `order`.' : 'Labels that are names are `nominal`.'}`,
      { details: { parameter: 'level' } },
    )
  if (level === 'ratio' && labels.some(label => Number(label) < 0))
    throw new Failure(
      'invalid_request',
      'Amounts (`ratio`) begin at 0, and there are labels below it. Use `interval`.',
      {
        details: { parameter: 'level' },
      },
    )
}

/** How good each annotator is, and the consensus. */
export async function rateAnnotators(
  { shape, ...version }: ReadVersion & { readonly shape: AnnotationShape },
  context: DataTaskContext,
): Promise<AnnotatorsReport> {
  const annotations = await readAnnotations(await openCells(version, context), shape, { slices: [] })
  if (annotations.annotators.length < 2)
    throw new Failure(
      'invalid_request',
      'There is one annotator only: whether his labels are right cannot be told from them alone. Have some items labelled by others, or use `suspects`.',
      { details: { parameter: 'annotator' } },
    )
  context.progress(0.3, 'estimates')
  return computeAnnotators(annotations)
}

export interface RowConsensus {
  readonly key: string
  /** `null` where the first two are level, or it is less certain than is wanted. */
  readonly label: string | null
  readonly certainty: number
  readonly annotators: number
}

/** The consensus of each row of a version that has labels: of the item that the row is of. */
export async function readConsensus(
  {
    shape,
    method,
    least,
    mostRows: most,
    ...version
  }: ReadVersion & {
    readonly shape: AnnotationShape
    readonly method: ConsensusMethod
    readonly least: number
    readonly mostRows: number
  },
  context: DataTaskContext,
): Promise<{ readonly rows: readonly RowConsensus[]; readonly items: number; readonly undecided: number }> {
  const cells = await openCells(version, context)
  const annotations = await readAnnotations(cells, shape, { slices: [] })
  context.progress(0.3, 'estimates')
  const consensus = consensusOf(annotations, method)
  const place = new Map(annotations.items.map((item, index) => [item, index]))
  const rows: RowConsensus[] = []
  for await (const [key, item] of cells.read([cells.key, itemOf(cells.schema, shape, cells.key)])) {
    const found = consensus[place.get(item ?? '') ?? -1]
    if (!found) continue
    const isTold = found.label !== '' && found.certainty >= least
    rows.push({ ...found, key: key ?? '', label: isTold ? found.label : null })
    if (rows.length > most)
      throw new Failure(
        'invalid_request',
        `More than ${most} rows have labels: take a part (a split, or \`where\`).`,
      )
  }
  const told = consensus.filter(({ label, certainty }) => label !== '' && certainty >= least).length
  return { rows, items: consensus.length, undecided: consensus.length - told }
}

export interface FindSuspects extends ReadVersion {
  readonly label: string
  readonly source: { readonly kind: 'classifier' | 'column'; readonly columns: readonly string[] }
  readonly options: Pick<SuspectsParameters, 'method' | 'ranking' | 'folds' | 'seed'>
}

/** A classifier learns in seconds from this many; more take minutes and memory. */
const mostTexts = 200_000
const mostRows = 2_000_000
const mostClasses = 200
/** Of all texts together. */
const mostCharacters = 400_000_000

/** Which labels of a version are probably wrong. */
export async function findSuspects(
  { label, source, options, ...version }: FindSuspects,
  context: DataTaskContext,
): Promise<SuspectsReport> {
  return await lookForSuspects(await openCells(version, context), { label, source, options }, context)
}

export async function lookForSuspects(
  cells: Cells,
  { label, source, options }: Pick<FindSuspects, 'label' | 'source' | 'options'>,
  context: Pick<DataTaskContext, 'signal' | 'progress'>,
): Promise<SuspectsReport> {
  const isText = source.kind === 'classifier'
  const read = await readLabelled(cells, { label, source, mostRows: isText ? mostTexts : mostRows })
  const { keys, classes, given, told } = read
  context.progress(0.1, isText ? 'learns' : 'reads probabilities')
  const probabilities = isText
    ? await crossValidate(told, given, classes.length, {
        folds: options.folds,
        seed: options.seed,
        signal: context.signal,
        progress: share => context.progress(0.1 + 0.8 * share, 'learns'),
      })
    : readProbabilities(told, classes, keys, source.columns[0] ?? '')
  return computeSuspects(
    { ...read, probabilities },
    {
      label,
      from: source.kind,
      columns: source.columns,
      method: options.method,
      ranking: options.ranking,
    },
  )
}

export interface ReadLabelled extends ReadVersion {
  readonly label: string
  readonly columns: readonly string[]
  readonly mostRows: number
}

/** Labelled texts of a version, few enough to be handed over. */
export async function readLabelledTexts(
  { label, columns, mostRows: most, ...version }: ReadLabelled,
  context: DataTaskContext,
): Promise<Omit<Labelled, 'given'> & { readonly given: readonly number[] }> {
  const cells = await openCells(version, context)
  const read = await readLabelled(cells, { label, source: { kind: 'classifier', columns }, mostRows: most })
  return { ...read, given: [...read.given] }
}

interface Labelled {
  readonly keys: readonly string[]
  /** Texts, or JSON of probabilities. */
  readonly told: readonly string[]
  readonly classes: readonly string[]
  /** Of each row, as an index into the classes. */
  readonly given: Uint16Array
  readonly leftOut: number
}

async function readLabelled(
  cells: Cells,
  { label, source, mostRows: most }: Pick<FindSuspects, 'label' | 'source'> & { readonly mostRows: number },
): Promise<Labelled> {
  const { schema } = cells
  const isText = source.kind === 'classifier'
  const keys: string[] = []
  const labels: string[] = []
  const told: string[] = []
  let [leftOut, characters] = [0, 0]
  const columns = [
    cells.key,
    `CAST(${quoteName(columnOf(schema, label).name)} AS VARCHAR)`,
    isText ? textOf(schema, source.columns) : cellJson(columnOf(schema, source.columns[0] ?? '')),
  ]
  for await (const [key, given, value] of cells.read(columns)) {
    const text = (value ?? '').trim()
    if (given === null || given === undefined || given === '' || text === '' || text === 'null') {
      leftOut += 1
      continue
    }
    keys.push(key ?? '')
    labels.push(given)
    told.push(text)
    characters += text.length
    if (keys.length > most || characters > mostCharacters)
      throw new Failure(
        'invalid_request',
        `There are more than ${most} rows${isText ? ` (or ${mostCharacters} characters)` : ''} to look at. Take a part (a split, or \`where\`)${isText ? ', or give probabilities of a model of yours in a column' : ''}.`,
      )
  }
  const classes = [...new Set(labels)].toSorted(compareLabels)
  checkClasses(classes, keys.length, label)
  const place = new Map(classes.map((name, index) => [name, index]))
  return { keys, told, classes, given: Uint16Array.from(labels, name => place.get(name) ?? 0), leftOut }
}

function checkClasses(classes: readonly string[], rows: number, label: string): void {
  const fault =
    rows === 0
      ? 'No row has both a label and something that it could be told from.'
      : classes.length < 2
        ? `All rows have the label \`${(classes[0] ?? '').slice(0, 60)}\`: there is nothing to mistake it for.`
        : classes.length > mostClasses
          ? `\`${label}\` has ${classes.length} different values; more than ${mostClasses} are no labels.`
          : undefined
  if (fault !== undefined) throw new Failure('invalid_request', fault, { details: { parameter: 'label' } })
}

function readProbabilities(
  texts: readonly string[],
  classes: readonly string[],
  keys: readonly string[],
  column: string,
): Float32Array {
  const known = new Set(classes)
  const probabilities = new Float32Array(texts.length * classes.length)
  for (const [row, text] of texts.entries()) {
    const fault = (what: string): Failure =>
      new Failure(
        'invalid_request',
        `The row ${(keys[row] ?? '').slice(0, 100)}: \`${column}\` ${what}. It has to be an object of label and probability, as {"billing": 0.9, "delivery": 0.1}.`,
        { details: { parameter: 'probabilities' } },
      )
    let value: unknown
    try {
      value = JSON.parse(text)
      // a column of texts that hold JSON
      if (typeof value === 'string') value = JSON.parse(value)
    } catch {
      throw fault('holds no JSON')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault('holds no object')
    let sum = 0
    for (const [name, share] of Object.entries(value)) {
      if (typeof share !== 'number' || !(share >= 0 && share <= 1.0001))
        throw fault(`gives \`${name.slice(0, 60)}\` what is no probability`)
      if (!known.has(name)) continue
      probabilities[row * classes.length + classes.indexOf(name)] = share
      sum += share
    }
    if (sum <= 0) throw fault('gives none of the labels that there are a probability')
    if (sum > 1.01) throw fault(`sums to ${sum.toFixed(3)}`)
  }
  return probabilities
}
