import { Failure } from '../../../foundation/platform/index.ts'
import type { Column } from '../dataset.ts'
import type { ResolvedVersion } from '../datasets.ts'
import { columnsOfRole } from '../definition.ts'
import { sliceColumns } from '../slices/read-slices.ts'
import type { SliceConditions } from '../slices/slice-sql.ts'
import type { DriveBody } from './drive.ts'
import { columnsOfTraffic } from './to-candidate.ts'

/** What a drive looks at in a version. */
export interface DriveColumns {
  readonly slices: readonly string[]
  readonly conditions: SliceConditions
  readonly label: string
  /** Gets what was asked. */
  readonly input: string
  /** Gets the id of the inference. */
  readonly key: string
  /** All that traffic fills. */
  readonly columns: readonly Column[]
}

/** Throws `invalid_request` where rows of traffic do not fit the version, or nothing says what it may lack. */
export function planDrive(
  version: ResolvedVersion,
  given: Pick<DriveBody, 'of' | 'slices' | 'label' | 'input'>,
): DriveColumns {
  const { schema } = version.version.manifest
  const { name: dataset } = version.dataset
  const find = (name: string): Column | undefined => schema.columns.find(column => column.name === name)
  const [key, second] = schema.key
  if (key === undefined || second !== undefined || find(key)?.type !== 'string')
    throw invalid(
      'key',
      `The key of \`${dataset}\` has to be one column of texts, which gets the id of each inference.`,
    )
  const [label] = given.label === undefined ? columnsOfRole(version.definition, 'label') : [given.label]
  if (label === undefined || !find(label))
    throw invalid(
      'label',
      label === undefined
        ? 'No column has the role `label`: name one in `label`.'
        : `There is no column \`${label.slice(0, 60)}\`.`,
    )
  const inputs = given.input === undefined ? columnsOfRole(version.definition, 'input') : [given.input]
  const [input, other] = inputs
  const column = input === undefined ? undefined : find(input)
  if (input === undefined || other !== undefined || !column)
    throw invalid(
      'input',
      'Name the column that gets what was asked in `input`: one column has to have that role.',
    )
  if (column.type !== 'string' && column.type !== 'json')
    throw invalid(
      'input',
      `\`${input}\` is of type ${column.type}; what was asked is a text, or JSON of messages.`,
    )
  if (input === label || input === key || label === key)
    throw invalid('input', 'Key, input and label are three columns.')
  const isSliced =
    given.slices !== undefined ||
    columnsOfRole(version.definition, 'slice').length > 0 ||
    Object.keys(version.definition.slices).length > 0
  const by =
    isSliced || given.of === 'slices'
      ? sliceColumns(version, { slices: given.slices, label })
      : { columns: [], conditions: {} }
  for (const name of by.columns)
    if (name === label || name === input || name === key)
      throw invalid('slices', `\`${name}\` is the key, the input or the label; slices are other columns.`)
  const columns = columnsOfTraffic(schema, input, [label])
  return { slices: by.columns, conditions: by.conditions, label, input, key, columns }
}

function invalid(parameter: string, message: string): Failure {
  return new Failure('invalid_request', message, { details: { parameter } })
}
