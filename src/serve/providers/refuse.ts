import { Failure } from '../../foundation/platform/index.ts'

export interface Refusals {
  /** It has nothing to translate the parameter to, and leaving it out would change what was asked for. */
  readonly unsupported: (parameter: string, hint?: string) => Failure
  /** Refuses every field that is not in the list and has a value. */
  readonly refuseOthers: (
    fields: Readonly<Record<string, unknown>>,
    known: ReadonlySet<string>,
    path: string,
  ) => void
}

/** How a translation says what an API cannot do; `api` is its name in messages. */
export function refusalsOf(api: string): Refusals {
  function unsupported(parameter: string, hint?: string): Failure {
    const message = `${api} does not support \`${parameter}\`.${hint ? ` ${hint}` : ' Leave it out, or call a service on another provider.'}`
    return new Failure('unsupported_parameter', message, { details: { parameter } })
  }
  return {
    unsupported,
    refuseOthers(fields, known, path) {
      for (const [name, value] of Object.entries(fields)) {
        if (value === null || value === undefined || known.has(name)) continue
        throw unsupported(path === '' ? name : `${path}.${name}`)
      }
    },
  }
}

export function invalid(parameter: string, message: string, cause?: unknown): Failure {
  return new Failure('invalid_request', message, {
    details: { parameter },
    ...(cause === undefined ? {} : { cause }),
  })
}
