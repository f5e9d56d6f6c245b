import { type FormFile, isForm, parseObject, readForm, readText } from '../../foundation/platform/index.ts'
import type { Body, ClientDialect } from '../dialects/index.ts'

export interface ReadBody {
  readonly body: Body
  /** The client's own text, where it sent JSON. */
  readonly text?: string
  readonly files?: readonly FormFile[]
}

/**
 * The body of a request in the form that its dialect takes. Throws `body_too_large`, `unsupported_media_type`, or
 * `invalid_request` where it is malformed.
 */
export async function readBody(
  request: Request,
  dialect: ClientDialect,
  limitBytes: number,
): Promise<ReadBody> {
  const { accepts } = dialect
  if (accepts === 'form' || (accepts === 'json or form' && isForm(request))) {
    const { fields, files } = await readForm(request, limitBytes)
    return { body: fields, files }
  }
  const text = await readText(request, limitBytes)
  return { body: parseObject(text), text }
}
