import { asObject, type JsonObject, parseLoosely } from './loose-json.ts'
import { invalid } from './refuse.ts'

/** The arguments of a call, which OpenAI writes as text, for an API that wants the object itself. */
export function readToolInput(given: unknown, parameter: string): JsonObject {
  if (given === undefined || given === '') return {}
  if (typeof given !== 'string') throw invalid(parameter, `\`${parameter}\` must be a string of JSON.`)
  const input = parseLoosely(given)
  if (input === undefined) {
    throw invalid(parameter, `\`${parameter}\` is not valid JSON, which the model's API needs.`)
  }
  const object = asObject(input)
  if (!object) throw invalid(parameter, `\`${parameter}\` must hold a JSON object.`)
  return object
}
