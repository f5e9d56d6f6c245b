import { Failure } from '../../../foundation/platform/index.ts'

/** What a chat cannot say; leaving it out would change what was asked for. `parameter` as Anthropic spells paths. */
export function unsupported(parameter: string, hint?: string): Failure {
  const message = `\`${parameter}\` cannot be sent to the model of this service, which does not speak Anthropic's API. ${hint ?? 'Leave it out, or call a service on Anthropic.'}`
  return new Failure('unsupported_parameter', message, { details: { parameter } })
}

export function invalid(parameter: string, problem: string): Failure {
  return new Failure('invalid_request', `${parameter}: ${problem}`, { details: { parameter } })
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
