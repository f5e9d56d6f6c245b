import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { RE2JS } from 're2js'
import { lateLibraries } from './late-libraries.ts'

/** A regular expression as JavaScript writes it, in time linear in the text. Throws what is wrong with it. */
export function compileLinearRegex(source: string): RE2JS {
  const { RE2JS } = lateLibraries.re2()
  return RE2JS.compile(RE2JS.translateRegExp(source))
}

/**
 * A JSON Schema of draft 2020-12, or of draft 7 where it says so, with formats. Patterns are matched in linear time: texts come from
 * models and clients. Throws what is wrong with the schema; `isStrict` also refuses keywords that nobody knows.
 */
export function compileJsonSchema(
  schema: Readonly<Record<string, unknown>>,
  options: { readonly isStrict: boolean },
): ValidateFunction {
  const { Ajv2020 } = lateLibraries.ajv()
  const ajv = new Ajv2020({
    strict: options.isStrict,
    allowUnionTypes: true,
    code: { regExp: linearRegExp },
  })
  ajv.addMetaSchema(lateLibraries.ajvDraft7())
  lateLibraries.ajvFormats().default(ajv)
  return ajv.compile(schema)
}

const linearRegExp = Object.assign(
  (pattern: string) => {
    const regex = compileLinearRegex(pattern)
    return { test: (text: string) => regex.test(text), toString: () => pattern }
  },
  { code: 'linear' },
)
