import { createRequire } from 'node:module'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type * as Ajv from 'ajv/dist/2020.js'
import type formats from 'ajv-formats'
import { z } from 'zod'
import { columnName } from '../../definition.ts'
import { columnIn } from '../cells.ts'
import { chatFault, chatOptions } from '../chat.ts'
import type { RuleKind } from '../rule.ts'
import { compilePattern } from './values.ts'

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
      compileSchema(is)
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
    const validate = compileSchema(is)
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

const regExp = Object.assign(
  (pattern: string) => {
    const compiled = compilePattern(pattern)
    return { test: (text: string) => compiled.test(text), toString: () => pattern }
  },
  { code: 'linear' },
)

const load = createRequire(import.meta.url)

/** The library is loaded with the first schema: most servers never see one. */
function compileSchema(given: Record<string, unknown>): ValidateFunction {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof Ajv
  const addFormats = load('ajv-formats') as typeof formats
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { regExp } })
  addFormats.default(ajv)
  return ajv.compile(given)
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
