import { Failure } from '../../../foundation/platform/index.ts'

/** A parameter that is not there, as OpenAI says it. */
export function missing(parameter: string, message = `Missing required parameter: '${parameter}'.`): Failure {
  return new Failure('invalid_request', message, {
    details: { parameter, openAiCode: 'missing_required_parameter' },
  })
}

/** A parameter of another type than the API's. */
export function wrongType(parameter: string, expected: string, value: unknown): Failure {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  const message = `Invalid type for '${parameter}': expected ${expected}, but got ${actual} instead.`
  return new Failure('invalid_request', message, { details: { parameter, openAiCode: 'invalid_type' } })
}
