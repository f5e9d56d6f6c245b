import { Failure } from '../failure.ts'
import { harmlessLength, isNestedTooDeep, mostLevels } from '../json-depth.ts'

/**
 * Reads the whole body as UTF-8 text. Throws `body_too_large` as soon as the limit is passed, without reading on,
 * `body_too_slow` where it does not come, and `invalid_request` where the bytes are not UTF-8 (they could not be forwarded
 * unchanged).
 */
export async function readText(
  request: Request,
  limitBytes: number,
  patienceMs = usualPatienceMs,
): Promise<string> {
  const declared = declaredLength(request, limitBytes)
  if (declared === 0) return decode(await readChunked(request, limitBytes, patienceMs))
  // Twelve times as fast as decoding the bytes, and it puts U+FFFD where they are not UTF-8, which changes the length.
  const text = await inTime(request.text(), declared, patienceMs)
  if (text.includes('\uFFFD') && Buffer.byteLength(text) !== declared) throw notUtf8()
  return text
}

/** Reads the whole body. Throws `body_too_large` as soon as the limit is passed, without reading on. */
export async function readBytes(request: Request, limitBytes: number): Promise<ArrayBuffer> {
  // A declared length is enforced by the server itself, so only chunked bodies are counted here.
  return await readDeclared(request, declaredLength(request, limitBytes), limitBytes)
}

async function readDeclared(request: Request, declared: number, limitBytes: number): Promise<ArrayBuffer> {
  return declared === 0
    ? await readChunked(request, limitBytes, usualPatienceMs)
    : await inTime(request.arrayBuffer(), declared, usualPatienceMs)
}

const usualPatienceMs = 30_000
/** A client that is slower than this holds a connection for nothing. */
const leastBytesPerMs = 16

/**
 * Waits for a body as long as a slow line needs for it. Throws `body_too_slow`: who declares a body and does not send it
 * would else hold a connection and a request for ever.
 */
async function inTime<Body>(
  reading: Promise<Body>,
  declaredBytes: number,
  patienceMs: number,
): Promise<Body> {
  if (Bun.peek.status(reading) !== 'pending') return await orLeft(reading)
  const limitMs = patienceMs + declaredBytes / leastBytesPerMs
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const seconds = Math.ceil(limitMs / 1_000)
    reject(new Failure('body_too_slow', `The body did not come within ${seconds} s. Send it again, at once.`))
  }, limitMs)
  try {
    return await orLeft(Promise.race([reading, promise]))
  } finally {
    clearTimeout(timer)
  }
}

/** Reads the body as it comes, whatever it is packed with. Throws `body_too_large` as soon as the limit is passed. */
export async function readRawBytes(request: Request, limitBytes: number): Promise<ArrayBuffer> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  return await readDeclared(request, declared, limitBytes)
}

/** A body that ends before it is whole, or in no chunk, is a client that has left. Throws `client_closed`. */
async function orLeft<Body>(reading: Promise<Body>): Promise<Body> {
  try {
    return await reading
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') {
      throw new Failure('client_closed', 'The client left before its request was whole.', { cause })
    }
    throw cause
  }
}

/** 0 where the body comes in chunks. */
function declaredLength(request: Request, limitBytes: number): number {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  const isCompressed = request.headers.get('content-encoding')
  if (isCompressed && isCompressed !== 'identity') {
    throw new Failure(
      'unsupported_media_type',
      `Send the body uncompressed: content-encoding "${isCompressed}" is not read here.`,
    )
  }
  return declared
}

/** Reads and parses a JSON object. Throws `invalid_request` with what the parser found. */
export function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    // the parser quotes what it stumbled over, which is the client's own text and must not reach a log: no cause
    const reason = error instanceof Error ? error.message.replace(/\s*["'`].*$/s, '') : 'not JSON'
    throw new Failure('invalid_request', `We could not parse the JSON body of your request: ${reason}.`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Failure('invalid_request', 'The body must be a JSON object.')
  }
  if (text.length > harmlessLength && isNestedTooDeep(value)) {
    throw new Failure('invalid_request', `The body nests lists and objects deeper than ${mostLevels} levels.`)
  }
  return value as Record<string, unknown>
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: ArrayBuffer): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw notUtf8(cause)
  }
}

function notUtf8(cause?: unknown): Failure {
  return new Failure('invalid_request', 'The body is not valid UTF-8.', { cause })
}

async function readChunked(request: Request, limitBytes: number, patienceMs: number): Promise<ArrayBuffer> {
  if (!request.body) return new ArrayBuffer(0)
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { value } = await inTime(reader.read(), 0, patienceMs)
    if (!value) break
    length += value.byteLength
    if (length > limitBytes) {
      reader.cancel().catch(() => undefined)
      throw tooLarge(limitBytes)
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole.buffer
}

function tooLarge(limitBytes: number): Failure {
  const limit = limitBytes >= 1_048_576 ? `${Math.floor(limitBytes / 1_048_576)} MB` : `${limitBytes} bytes`
  return new Failure(
    'body_too_large',
    `The body is larger than ${limit}. Send less, or raise SLIPWAY_BODY_LIMIT_MB.`,
  )
}
