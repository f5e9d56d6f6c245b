import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { compileJsonSchema } from '../../../foundation/platform/index.ts'
import type { CheckKind, Finding } from '../check.ts'
import { findJson } from './find-json.ts'
import { JsonError, walkJson } from './walk-json.ts'

const parameters = z
  .strictObject({
    schema: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('A JSON Schema (2020-12) with no $ref outside of it; {} for any JSON.'),
    where: z
      .enum(['whole', 'anywhere'])
      .default('whole')
      .describe(
        '`whole`: the text is JSON, in a fence of Markdown or bare. `anywhere`: the first JSON object or array in it counts.',
      ),
  })
  .superRefine(({ schema }, context) => {
    try {
      compileSchema(schema)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', path: ['schema'], message })
    }
  })

export const jsonSchemaKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'json-schema',
    description: 'Finds answers and tool calls that are not JSON, or not JSON of the schema that you give.',
    stages: ['output', 'tool_call'],
    parameters,
    maxSpan: 'whole',
    cost: 'deterministic',
  },
  create({ schema, where }) {
    const validate = compileSchema(schema)
    return { scan: ({ text }) => validateText(text, where, validate) }
  },
}

function validateText(text: string, where: 'whole' | 'anywhere', validate: ValidateFunction): Finding[] {
  const place = findJson(text, where)
  if (!place) return [notJson(0, text.length, 'holds no JSON')]
  let value: unknown
  try {
    // before JSON.parse, for its bound on depth
    walkJson(text, place.start)
    value = JSON.parse(text.slice(place.start, place.end))
  } catch (error) {
    const at = error instanceof JsonError ? Math.min(error.at, place.end) : place.start
    return [notJson(at, Math.max(place.end, at), `is not JSON from character ${at + 1} on`)]
  }
  if (validate(value)) return []
  const found = (validate.errors ?? []).map(error => mismatch(text, place.start, error))
  return found.toSorted((one, other) => one.start - other.start || other.end - one.end).slice(0, 1)
}

function notJson(start: number, end: number, reason: string): Finding {
  return { start, end, type: 'NOT_JSON', score: 1, reason }
}

/** Says what of the schema was not met, in the schema's words; names and values of the text stay out. */
function mismatch(text: string, from: number, error: ErrorObject): Finding {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  const { whole, found } = walkJson(text, from, path)
  return {
    ...(found ?? whole),
    type: 'SCHEMA_MISMATCH',
    score: 1,
    reason: `${error.message ?? ''} (${error.schemaPath})`,
  }
}

const maxUniqueItems = 1_000

function compileSchema(schema: Record<string, unknown>): ValidateFunction {
  refuseSlowKeywords(schema)
  return compileJsonSchema(schema, { isStrict: true })
}

/** To compare each item with each other takes the square of their number. */
function refuseSlowKeywords(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return
  if ('uniqueItems' in schema && schema.uniqueItems === true) {
    const most = 'maxItems' in schema ? schema.maxItems : undefined
    if (typeof most !== 'number' || most > maxUniqueItems)
      throw new Error(`uniqueItems needs a maxItems of at most ${maxUniqueItems} beside it`)
  }
  for (const part of Object.values(schema)) refuseSlowKeywords(part)
}
