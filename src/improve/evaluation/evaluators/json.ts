import { z } from 'zod'
import { canonicalJson, compileJsonSchema, Failure } from '../../../foundation/platform/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { parseAnswerJson, valueAt } from './expected.ts'

export const jsonField = defineEvaluator({
  manifest: {
    name: 'json-field',
    version: 1,
    description: 'The share of fields of the answer, read as JSON, that are as they are expected.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    fields: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Paths like `order.items.0.price`; each field of what is expected, where this is left out.'),
  }),
  create: ({ fields }) => ({
    evaluate({ expected }, answer) {
      const wanted = typeof expected === 'string' ? parseAnswerJson(expected)?.value : expected
      if (typeof wanted !== 'object' || wanted === null) return notApplicable('No JSON object is expected')
      const said = parseAnswerJson(answer.text)
      if (!said) return { value: 0, label: 'no JSON' }
      const paths = fields ?? Object.keys(wanted)
      if (paths.length === 0) return notApplicable('No field is expected')
      const wrong = paths.filter(path => !isSame(valueAt(said.value, path), valueAt(wanted, path)))
      return {
        value: (paths.length - wrong.length) / paths.length,
        ...(wrong.length > 0 && { why: `Not as expected: ${wrong.join(', ')}.` }),
      }
    },
  }),
})

function isSame(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return left === right
  return canonicalJson(left) === canonicalJson(right)
}

export const jsonSchema = defineEvaluator({
  manifest: {
    name: 'json-schema',
    version: 1,
    description: 'The answer is JSON that fits a schema.',
    cost: 'free',
    needs: [],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema, draft 7 or 2019-09.'),
  }),
  create({ schema }) {
    const validate = compileSchema(schema)
    return {
      evaluate(_, answer) {
        const said = parseAnswerJson(answer.text)
        if (!said) return { value: 0, label: 'no JSON' }
        if (validate(said.value)) return { value: 1 }
        const [first] = validate.errors ?? []
        return {
          value: 0,
          label: 'does not fit',
          why: `${first?.instancePath || 'It'} ${first?.message ?? 'does not fit'}.`,
        }
      },
    }
  },
})

function compileSchema(schema: Readonly<Record<string, unknown>>) {
  try {
    return compileJsonSchema(schema, { isStrict: false })
  } catch (error) {
    throw new Failure(
      'invalid_request',
      `The schema cannot be used: ${error instanceof Error ? error.message : 'it is none'}.`,
      { cause: error },
    )
  }
}
