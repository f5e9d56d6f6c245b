import { Failure } from '../failure.ts'
import { readBytes } from './request-body.ts'

export interface FormFile {
  /** The name of the field, as it was sent: `image`, or `image[]`. */
  readonly field: string
  readonly file: File
}

export interface RequestForm {
  /** The text fields; a list where a name comes more than once. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly files: readonly FormFile[]
}

/** Whether the body of the request says that it is a form. */
export function isForm(request: Request): boolean {
  return /^\s*multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')
}

/**
 * Reads a `multipart/form-data` body (RFC 7578), all of it, up to the limit. Throws `body_too_large` as soon as that is
 * passed, `unsupported_media_type` where the body is something else, and `invalid_request` where it is malformed.
 */
export async function readForm(request: Request, limitBytes: number): Promise<RequestForm> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!isForm(request)) {
    const given = contentType === '' ? 'nothing' : `"${contentType.slice(0, 100)}"`
    const message = `Send this request as multipart/form-data; its content-type says ${given}.`
    throw new Failure('unsupported_media_type', message)
  }
  if (!/;\s*boundary="?[^\s"]/i.test(contentType)) throw malformed('its content-type names no boundary')
  const bytes = await readBytes(request, limitBytes)
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  const files: FormFile[] = []
  for (const [name, value] of await parse(bytes, contentType)) {
    if (typeof value !== 'string') {
      files.push({ field: name, file: value })
      continue
    }
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  // the parser passes over parts that it cannot read
  if (files.length === 0 && Object.keys(fields).length === 0) throw malformed('no field could be read in it')
  return { fields, files }
}

async function parse(bytes: ArrayBuffer, contentType: string): Promise<Iterable<[string, File | string]>> {
  try {
    return await new Response(bytes, { headers: { 'content-type': contentType } }).formData()
  } catch (error) {
    // what the parser stumbled over is the client's own and must not reach a log: no cause
    const isCut = error instanceof Error && error.message.includes('final boundary')
    throw malformed(isCut ? 'its last boundary is missing' : 'its parts cannot be told apart')
  }
}

function malformed(why: string): Failure {
  return new Failure('invalid_request', `We could not parse the form of your request: ${why}.`)
}
