import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Failure, readRawBytes } from '../../../foundation/platform/index.ts'

const inflate = promisify(gunzip)

/**
 * The bytes of a request, unpacked where it says gzip, each form within its bound. Unpacking is done in a thread of its
 * own. Throws `body_too_large`, `unsupported_media_type` for other encodings, and `invalid_request` for broken gzip.
 */
export async function readPackedBody(
  request: Request,
  limits: { readonly bytes: number; readonly unpackedBytes: number },
): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'gzip' && encoding !== 'identity' && encoding !== '') {
    throw new Failure(
      'unsupported_media_type',
      `The content-encoding "${encoding.slice(0, 40)}" is not read here. Send gzip or none.`,
    )
  }
  const bytes = new Uint8Array(await readRawBytes(request, limits.bytes))
  if (encoding !== 'gzip') return bytes
  try {
    return await inflate(bytes, { maxOutputLength: limits.unpackedBytes })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      const message = `The body is larger than ${Math.floor(limits.unpackedBytes / 1_048_576)} MB when it is unpacked. Send smaller batches.`
      throw new Failure('body_too_large', message)
    }
    throw new Failure('invalid_request', 'The body says that it is gzip, and is not.', { cause: error })
  }
}
