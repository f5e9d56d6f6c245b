import { Failure } from '../../../foundation/platform/index.ts'
import type { Row } from '../dataset.ts'
import type { Datasets, ResolvedVersion } from '../datasets.ts'
import { columnsOfRole } from '../definition.ts'

/** OpenAI's formats of fine-tuning files. */
export type LearnFormat = 'chat' | 'preference'

/** One example with where it stands, for people. */
export interface LearnExample {
  readonly place: string
  readonly value: unknown
}

/** The rows of a version as examples: by the columns of OpenAI's formats where it has them, else by the roles of its columns. */
export async function* readDatasetExamples(
  datasets: Pick<Datasets, 'scanRows'>,
  version: ResolvedVersion,
  format: LearnFormat,
  options: {
    /** Called for each row; throws where it may not be learned from. */
    readonly mayUse: (row: Row) => void
    readonly signal: AbortSignal
  },
): AsyncGenerator<LearnExample> {
  const toExample = exampleMaker(version, format)
  for await (const { key, row } of datasets.scanRows(version, { signal: options.signal, limit: 1_000 })) {
    options.mayUse(row)
    yield { place: `The row ${key.slice(0, 100)}`, value: toExample(row) }
  }
}

function exampleMaker({ version, definition }: ResolvedVersion, format: LearnFormat): (row: Row) => unknown {
  const columns = new Set(version.manifest.schema.columns.map(({ name }) => name))
  const [weight] = columnsOfRole(definition, 'weight')
  const weightOf = (row: Row): { weight?: number } => {
    const value = weight === undefined ? undefined : row[weight]
    return typeof value === 'number' ? { weight: value } : {}
  }
  if (format === 'preference') {
    const names = ['input', 'preferred_output', 'non_preferred_output'] as const
    const missing = names.filter(name => !columns.has(name))
    if (missing.length > 0)
      throw new Failure(
        'invalid_request',
        `The dataset has no column ${missing.join(', ')}: preference needs ${names.join(', ')}, as OpenAI's format has them.`,
      )
    return row => Object.fromEntries(names.map(name => [name, row[name]]))
  }
  if (columns.has('messages'))
    return row => ({
      messages: row['messages'],
      ...(row['tools'] !== undefined && row['tools'] !== null && { tools: row['tools'] }),
      ...weightOf(row),
    })
  const [input = columns.has('input') ? 'input' : undefined] = columnsOfRole(definition, 'input')
  const [expected] = columnsOfRole(definition, 'expected')
  const [label] = columnsOfRole(definition, 'label')
  // what a person wanted comes before what a model said
  const answers = [expected, label, columns.has('output') ? 'output' : undefined].filter(
    name => name !== undefined,
  )
  if (input === undefined || answers.length === 0)
    throw new Failure(
      'invalid_request',
      'The dataset says neither what is asked nor what is answered. Give it a column `messages`, or columns with the roles `input` and `expected` in its definition.',
    )
  return row => ({
    messages: [
      ...messagesOf(row[input]),
      { role: 'assistant', content: textOf(answers.map(name => row[name]).find(isThere)) },
    ],
    ...weightOf(row),
  })
}

function messagesOf(input: unknown): unknown[] {
  if (Array.isArray(input)) return input as unknown[]
  return [{ role: 'user', content: textOf(input) }]
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function textOf(value: unknown): unknown {
  return value === undefined || value === null || typeof value === 'string' ? value : JSON.stringify(value)
}
