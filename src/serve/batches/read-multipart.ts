import { Failure } from '../../foundation/platform/index.ts'

export interface UploadForm {
  readonly fields: Readonly<Record<string, string>>
  readonly filename: string | undefined
}

const headLimitBytes = 16_384
const fieldLimitBytes = 65_536

/**
 * Reads a form with one file, which goes to `store` piece by piece and never lies in memory whole. Fields may stand
 * before and after it. Throws `invalid_request` for what is no such form and `body_too_large` beyond the limit.
 */
export async function readUpload(
  request: Request,
  limitBytes: number,
  store: (content: ReadableStream<Uint8Array>) => Promise<unknown>,
): Promise<UploadForm> {
  const boundary = /boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(
    request.headers.get('content-type') ?? '',
  )
  const name = boundary?.[1] ?? boundary?.[2]
  if (name === undefined || !request.body)
    throw new Failure('invalid_request', 'Send this request as multipart/form-data, with a boundary.')
  const source = new FormSource(request.body, limitBytes)
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  let filename: string | undefined
  try {
    await source.until(Buffer.from(`--${name}`), headLimitBytes)
    const delimiter = Buffer.from(`\r\n--${name}`)
    while (!(await source.startsWith('--'))) {
      const head = (await source.until(Buffer.from('\r\n\r\n'), headLimitBytes)).toString('utf8')
      const field = /;\s*name="([^"]*)"/i.exec(head)?.[1]
      const file = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(head)?.[1]
      if (field === undefined) throw malformed('a part has no name')
      if (file === undefined) {
        fields[field] = (await source.until(delimiter, fieldLimitBytes)).toString('utf8')
        continue
      }
      if (field !== 'file' || filename !== undefined)
        throw new Failure('invalid_request', 'Send one file, in the field `file`.', {
          details: { parameter: 'file' },
        })
      filename = file === '' ? 'upload' : file
      const pieces = source.piecesUntil(delimiter)
      await store(
        new ReadableStream({
          async pull(controller) {
            try {
              const next = await pieces.next()
              if (next.done) controller.close()
              else controller.enqueue(next.value)
            } catch (error) {
              controller.error(error)
            }
          },
        }),
      )
    }
  } finally {
    await source.close()
  }
  return { fields, filename }
}

class FormSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #limitBytes: number
  #held: Buffer = Buffer.alloc(0)
  #readBytes = 0

  constructor(body: ReadableStream<Uint8Array>, limitBytes: number) {
    this.#reader = body.getReader()
    this.#limitBytes = limitBytes
  }

  /** What stands before the mark, which is passed over. */
  async until(mark: Buffer, limitBytes: number): Promise<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark)
      const length = at >= 0 ? at : this.#held.length
      if (length > limitBytes) throw malformed('a field or the head of a part is too long')
      if (at >= 0) {
        const before = this.#held.subarray(0, at)
        this.#held = this.#held.subarray(at + mark.length)
        return before
      }
      await this.#more()
    }
  }

  async *piecesUntil(mark: Buffer): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const at = this.#held.indexOf(mark)
      const end = at >= 0 ? at : Math.max(this.#held.length - mark.length, 0)
      const piece = this.#held.subarray(0, end)
      this.#held = this.#held.subarray(at >= 0 ? end + mark.length : end)
      if (piece.length > 0) yield piece
      if (at >= 0) return
      await this.#more()
    }
  }

  async startsWith(text: string): Promise<boolean> {
    while (this.#held.length < text.length) await this.#more()
    return this.#held.subarray(0, text.length).toString('latin1') === text
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined)
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#reader.read()
    if (done) throw malformed('its last boundary is missing')
    this.#readBytes += value.byteLength
    if (this.#readBytes > this.#limitBytes + fieldLimitBytes) {
      const megabytes = Math.floor(this.#limitBytes / 1_048_576)
      throw new Failure(
        'body_too_large',
        `The file is larger than ${megabytes} MB. Split it, or raise \`batches.maxFileMegabytes\`.`,
      )
    }
    this.#held = this.#held.length === 0 ? Buffer.from(value) : Buffer.concat([this.#held, value])
  }
}

function malformed(why: string): Failure {
  return new Failure('invalid_request', `We could not parse the form of your request: ${why}.`)
}
