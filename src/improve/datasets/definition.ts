import { z } from 'zod'
import {
  type ConfigFinding,
  type ConfigProblem,
  declarationReader,
  formatProblem,
} from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import { fileColumns } from './files/file-columns.ts'

export const columnTypes = ['boolean', 'integer', 'number', 'string', 'timestamp', 'json'] as const
export const columnRoles = ['input', 'expected', 'label', 'context', 'annotator', 'weight', 'slice'] as const

/** A dataset's name: also an argument on command lines, a table in queries and a part of references. */
export const datasetName = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/,
    'must begin with a lower-case letter and hold lower-case letters and digits, with single - _ or . between them',
  )
  .max(100)

/** No column of ours: those begin with `_`. */
export const columnName = z
  .string()
  .min(1)
  .max(200)
  .refine(name => !name.startsWith('_'), 'must not begin with _: such columns are ours')
  // a control character can be quoted nowhere
  .refine(name => !/\p{Cc}/u.test(name), 'must not hold control characters')

/** A column: its type, what it is for, and the rules that `validation` reads. */
const column = z
  .looseObject({
    type: z.enum(columnTypes).optional(),
    role: z.enum(columnRoles).optional(),
    description: z.string().max(2_000).optional(),
  })
  .nullish()
  .transform(value => value ?? {})

const splitName = z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'must be lower-case letters, digits, - and _')

const splits = z.strictObject({
  by: z
    .union([columnName, z.array(columnName).min(1)])
    .optional()
    .describe('The columns whose values decide: rows that share them share a split. The key by default.'),
  salt: z.string().max(200).default('').describe('Another salt is another division.'),
  parts: z
    .record(splitName, z.number().positive().max(1_000_000))
    .refine(parts => Object.keys(parts).length > 0, 'must name at least one part')
    .describe('How large each is, in any unit: `{train: 80, validation: 10, test: 10}`.'),
})

/** What a dataset is held to, as YAML beside it. */
export const definitionSchema = z
  .strictObject({
    dataset: datasetName.optional(),
    files: z
      .boolean()
      .default(false)
      .describe('Rows are files: `path` is the key, and contents are kept beside the rows.'),
    description: z.string().max(4_000).optional(),
    key: z
      .union([columnName, z.array(columnName)])
      .default([])
      .transform(key => (typeof key === 'string' ? [key] : key))
      .refine(key => new Set(key).size === key.length, 'names a column twice'),
    columns: z
      .record(columnName, column)
      .nullish()
      .transform(columns => columns ?? {}),
    slices: z
      .record(columnName, z.string().trim().min(1).max(4_000))
      .nullish()
      .transform(slices => slices ?? {})
      .describe(
        'Groups of rows that no column names, each a condition in SQL on the columns: `{ long: length(message) > 400 }`.',
      ),
    splits: splits.nullish().transform(value => value ?? undefined),
    checks: z
      .array(z.unknown())
      .nullish()
      .transform(checks => checks ?? []),
  })
  .superRefine(({ columns, slices }, context) => {
    for (const name of Object.keys(slices))
      if (name in columns)
        context.addIssue({
          code: 'custom',
          path: ['slices', name],
          message: 'has the name of a column; give the slice another',
        })
  })

export type Definition = z.output<typeof definitionSchema>
export type SplitsDefinition = NonNullable<Definition['splits']>

/** Adds to the problems of a definition, where it was read whole: those of the rules that other parts know. */
export type CheckDefinition = (definition: Definition) => readonly ConfigFinding[]

/** Reads the YAML of a definition, or says all that is wrong with it, with line and column. An empty text declares nothing. */
export function readDefinition(
  text: string,
  file = 'dataset.yaml',
  check?: CheckDefinition,
): { readonly definition: Definition } | { readonly problems: readonly ConfigProblem[] } {
  if (text.trim() === '') return { definition: definitionSchema.parse({}) }
  const read = declarationReader({
    schema: definitionSchema,
    page: 'docs/datasets.md',
    check: definition => [...checkFiles(definition), ...(check?.(definition) ?? [])],
  })
  const parsed = read(text, file)
  if (!('value' in parsed)) return parsed
  const { value } = parsed
  return { definition: value.files ? { ...value, key: ['path'] } : value }
}

/** What a dataset of files may not say otherwise. */
function checkFiles({ files, key, columns }: Definition): ConfigFinding[] {
  if (!files) return []
  const found: ConfigFinding[] = []
  if (key.length > 0 && key.join('\0') !== 'path')
    found.push({
      path: ['key'],
      at: 'value',
      message: 'The key of a dataset of files is `path`.',
      mend: 'Leave it out.',
    })
  for (const { name, type } of fileColumns) {
    const declared = Object.hasOwn(columns, name) ? columns[name]?.type : undefined
    if (declared !== undefined && declared !== type)
      found.push({
        path: ['columns', name, 'type'],
        at: 'value',
        message: `In a dataset of files \`${name}\` is ${type}.`,
        mend: 'Leave the type out.',
      })
  }
  return found
}

/** As `readDefinition`, and throws `invalid_request` where there is a problem. */
export function parseDefinition(text: string, check?: CheckDefinition): Definition {
  const read = readDefinition(text, 'dataset.yaml', check)
  if ('definition' in read) return read.definition
  throw new Failure('invalid_request', read.problems.map(formatProblem).join('\n'), {
    details: {
      parameter: 'definition',
      problems: read.problems.map(({ path, line, column: at, message, mend }) => ({
        parameter: path,
        message: `line ${line}, column ${at}: ${message} ${mend}`,
      })),
    },
  })
}

/** The columns of a role, in the order of the definition. */
export function columnsOfRole(definition: Definition, role: (typeof columnRoles)[number]): string[] {
  return Object.entries(definition.columns)
    .filter(([, declared]) => declared.role === role)
    .map(([name]) => name)
}
