import { Failure } from '../../../foundation/platform/index.ts'

/** Anthropic has nothing to translate the parameter to, and leaving it out would change what was asked for. */
export function unsupported(parameter: string, hint?: string): Failure {
  const message = `Anthropic does not support \`${parameter}\`.${hint ? ` ${hint}` : ' Leave it out, or call a service on another provider.'}`
  return new Failure('unsupported_parameter', message, { details: { parameter } })
}

export function invalid(parameter: string, message: string, cause?: unknown): Failure {
  return new Failure('invalid_request', message, {
    details: { parameter },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Refuses every field that is not in the list and has a value. */
export function refuseOthers(
  fields: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  path: string,
): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === undefined || known.has(name)) continue
    throw unsupported(path === '' ? name : `${path}.${name}`)
  }
}
