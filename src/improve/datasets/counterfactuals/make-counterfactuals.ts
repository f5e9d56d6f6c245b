import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Row } from '../dataset.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { columnName, columnsOfRole, datasetName, type Definition } from '../definition.ts'
import type { TaskKind } from '../task.ts'
import { findAttributes } from './find-attributes.ts'
import { builtinAttributes, hashLexicon, lexiconText } from './lexicon.ts'
import { formsInLanguage, readyAttributes } from './row-forms.ts'
import type { NoCounterfactual } from './substitute.ts'

export const counterfactualsBody = z.strictObject({
  revision: z.string().min(1).max(200).default('main'),
  into: datasetName.optional().describe('The dataset that holds them; `NAME-counterfactuals` by default.'),
  attributes: z.array(z.string()).min(1).max(20).default(['gender', 'ethnicity-by-name']),
  columns: z.array(columnName).min(1).max(10).optional().describe('By default those with the role `input`.'),
  introduce: z
    .boolean()
    .default(false)
    .describe('Whether a sentence with a name is put before texts that give none.'),
  lexicon: lexiconText.optional().describe('Attributes of your own, beside those that ship.'),
  most: z.int().min(1).max(50_000).default(2_000).describe('Examples of each attribute at most, the first.'),
})
const parameters = counterfactualsBody.extend({ dataset: z.string(), version: z.string(), into: datasetName })

export const counterfactualsKind = 'make-counterfactuals'
const mostRows = 200_000

/** Makes a dataset of examples in the form of each group, which an evaluation is then run on. */
export function createMakeCounterfactuals(context: DatasetsContext): TaskKind<z.infer<typeof parameters>> {
  return {
    kind: counterfactualsKind,
    parameters,
    async run(given, { caller, signal, progress }) {
      const door = context.door()
      const version = await door.resolve(caller.tenant, `${given.dataset}@${given.version}`)
      const columns = given.columns ?? columnsOfRole(version.definition, 'input')
      if (columns.length === 0)
        throw new Failure(
          'invalid_request',
          `No column of \`${given.dataset}\` has the role \`input\`. Give one the role, or name \`columns\`.`,
          { details: { parameter: 'columns' } },
        )
      const known = [...builtinAttributes, ...(given.lexicon ?? [])]
      const attributes = findAttributes(given.attributes, known)
      const ready = readyAttributes(attributes)
      const made = new Map<string, number>()
      const left: Partial<Record<NoCounterfactual, number>> = {}
      const rows: Row[] = []
      let seen = 0
      for await (const { key, row } of door.scanRows(version, { signal })) {
        seen += 1
        for (const [name, languages] of ready) {
          if ((made.get(name) ?? 0) >= given.most) continue
          const forms = formsInLanguage(row, columns, languages, given.introduce ? seen : undefined)
          if (typeof forms === 'string') {
            left[forms] = (left[forms] ?? 0) + 1
            continue
          }
          made.set(name, (made.get(name) ?? 0) + 1)
          for (const [group, form] of forms.rows.entries())
            rows.push({
              ...form,
              counterfactual_of: key,
              attribute: name,
              group: forms.attribute.groups[group] ?? '',
            })
        }
        if (rows.length > mostRows)
          throw new Failure('invalid_request', `There would be more than ${mostRows} rows. Lower \`most\`.`)
        if (seen % 1_000 === 0) progress(0.6 * (seen / version.version.manifest.rows), 'substituting')
      }
      if (rows.length === 0)
        throw new Failure(
          'invalid_request',
          `No text holds a word of ${given.attributes.join(', ')}. Set \`introduce\` to put a name before each, or choose other attributes.`,
        )
      await door.define(caller, given.into, definitionOf(version.definition, given.dataset))
      const published = await door.commit({
        caller,
        dataset: given.into,
        upserts: rows,
        message: `Forms of ${given.dataset}@${version.version.number} by ${given.attributes.join(', ')}`,
        source: {
          kind: 'derived',
          of: version.version.id,
          by: counterfactualsKind,
          parameters: {
            attributes: given.attributes,
            columns,
            introduce: given.introduce,
            lexicon: hashLexicon(attributes),
          },
        },
        signal,
        progress: (share, step) => progress(0.6 + share * 0.4, step),
      })
      return {
        dataset: given.into,
        version: published.version.id,
        number: published.version.number,
        rows: rows.length,
        examples: Object.fromEntries(made),
        left_out: left,
      }
    },
  }
}

/** What evaluation needs of the roles; rules are those of the dataset that it came of. */
function definitionOf(definition: Definition, from: string): string {
  const roles = Object.entries(definition.columns).flatMap(([name, { role }]) =>
    role === undefined || role === 'slice' ? [] : [[name, { role }] as const],
  )
  const slice = { role: 'slice' }
  return JSON.stringify({
    description: `Examples of ${from} in the form of each group.`,
    key: ['counterfactual_of', 'attribute', 'group'],
    columns: {
      ...Object.fromEntries(roles),
      counterfactual_of: { type: 'string' },
      attribute: { ...slice, type: 'string' },
      group: { ...slice, type: 'string' },
    },
  })
}
