import { Failure } from '../../../foundation/platform/index.ts'
import { asObject } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'

/** The target that answers cannot do it, and leaving it out would change what was asked for. */
export function unsupported(parameter: string, hint: string): Failure {
  const message = `\`${parameter}\` is not supported by the model behind this service. ${hint}`
  return new Failure('unsupported_parameter', message, { details: { parameter } })
}

export function invalid(parameter: string, message: string, openAiCode?: string): Failure {
  return new Failure('invalid_request', message, {
    details: { parameter, ...(openAiCode === undefined ? {} : { openAiCode }) },
  })
}

/** Refuses every field that is not in the list and has a value. */
export function refuseOthers(fields: Body, known: ReadonlySet<string>, path: string): void {
  for (const [name, value] of Object.entries(fields)) {
    if (isGiven(value) && !known.has(name)) throw unsupported(`${path}.${name}`, 'Leave it out.')
  }
}

/** The object under that name, if any. Throws where something else is there, which would otherwise say nothing. */
export function objectIn(fields: Body, name: string): Body | undefined {
  const value = fields[name]
  if (!isGiven(value)) return undefined
  const object = asObject(value)
  if (!object) throw invalid(name, `Invalid type for '${name}': expected an object.`, 'invalid_type')
  return object
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
