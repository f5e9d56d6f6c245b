import { z } from 'zod'
import { compileJsonSchema } from '../../../../foundation/platform/index.ts'
import { columnName } from '../../definition.ts'
import { columnIn } from '../cells.ts'
import { chatFault, chatOptions } from '../chat.ts'
import type { RuleKind } from '../rule.ts'

const schema = z.record(z.string(), z.unknown())
const schemaParameters = z.strictObject({ column: columnName, is: schema })

export const schemaRule: RuleKind<z.infer<typeof schemaParameters>> = {
  name: 'schema',
  description: 'Each value is JSON of this JSON Schema (2020-12, without $ref to outside of it).',
  parameters: schemaParameters,
  short: { schema, expand: (is: Record<string, unknown>, column) => ({ column, is }) },
  columns: ({ column }) => [{ name: column, path: ['column'] }],
  check({ is }) {
    try {
      compileJsonSchema(is, { isStrict: true })
      return []
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return [
        {
          path: ['is'],
          message: `This is no JSON Schema that can be used: ${message}.`,
          mend: 'Draft 2020-12 is read, strictly: keywords that it does not know are mistakes.',
        },
      ]
    }
  },
  plan({ parameters: { column, is } }, { rows }) {
    const found = columnIn(rows.schema, column)
    const validate = compileJsonSchema(is, { isStrict: true })
    return {
      by: 'look',
      columns: [found],
      look([text]) {
        if (text === null || text === undefined) return undefined
        let value: unknown
        try {
          value = JSON.parse(text)
        } catch {
          return { says: 'is not JSON', excerpt: text }
        }
        if (validate(value)) return undefined
        const error = validate.errors?.[0]
        const place =
          error?.instancePath === undefined || error.instancePath === '' ? '' : `${error.instancePath} `
        const unknown =
          error?.keyword === 'additionalProperties'
            ? `: \`${String(error.params['additionalProperty'])}\``
            : ''
        return { says: `${place}${error?.message ?? 'does not fit'}${unknown}`, excerpt: text }
      },
      says: 'are not JSON of the schema',
    }
  },
}

const chatParameters = z.strictObject({ column: columnName, ...chatOptions.shape })
const shortChat = z.union([z.literal(true), chatOptions])

export const chatRule: RuleKind<z.output<typeof chatParameters>> = {
  name: 'chat',
  description:
    'Each value is a conversation as OpenAI’s API takes it (a list of messages, or an object with `messages`): roles that are known and take turns, every tool call answered, the last word the assistant’s.',
  parameters: chatParameters,
  short: {
    schema: shortChat,
    expand: (value: z.output<typeof shortChat>, column) =>
      value === true ? { column } : { column, ...value },
  },
  columns: ({ column }) => [{ name: column, path: ['column'] }],
  plan({ parameters: { column, ...options } }, { rows }) {
    const found = columnIn(rows.schema, column)
    return {
      by: 'look',
      columns: [found],
      look([text]) {
        if (text === null || text === undefined) return undefined
        const says = chatFault(text, options)
        return says === undefined ? undefined : { says, excerpt: text }
      },
      says: 'are not conversations as they should be',
    }
  },
}
