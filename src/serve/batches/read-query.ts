import type { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'

/** The query of a request. Throws `invalid_request` with the parameter at fault. */
export function readQuery<Schema extends z.ZodType>(request: Request, schema: Schema): z.output<Schema> {
  return check(Object.fromEntries(new URL(request.url).searchParams), schema)
}

export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const parameter = issue?.path.join('.') ?? ''
  throw new Failure('invalid_request', `Invalid '${parameter}': ${issue?.message}`, {
    details: { parameter },
  })
}
