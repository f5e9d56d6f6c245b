import { Failure, streamOf } from '../../../foundation/platform/index.ts'
import { type Descriptor, digestOf, indexType, manifestType, mostManifestBytes } from './oci-types.ts'
import { type RegistryClient, silenceMs } from './registry-client.ts'

const mostTries = 5

/** A manifest by tag or digest, held against its digest; `undefined` where there is none. */
export async function readManifest(
  client: RegistryClient,
  reference: string,
  signal?: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly digest: string } | undefined> {
  const answer = await client.call('GET', `manifests/${reference}`, {
    signal,
    headers: { accept: `${manifestType}, ${indexType}` },
    expect: [200, 404],
  })
  if (answer.status === 404) {
    await answer.body?.cancel()
    return undefined
  }
  const bytes = await readWhole(answer, mostManifestBytes, client.place)
  const digest = digestOf(bytes)
  const said = reference.startsWith('sha256:') ? reference : answer.headers.get('docker-content-digest')
  if (said !== null && said.startsWith('sha256:') && said !== digest)
    throw new Failure(
      'checks_failed',
      `${client.place}: the registry gave a manifest of the digest ${digest.slice(0, 19)}… for ${said.slice(0, 19)}…. It was changed there or on its way.`,
    )
  return { bytes, digest }
}

/** The body of an answer, up to a size. */
async function readWhole(answer: Response, mostBytes: number, place: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of answer.body ?? []) {
    pieces.push(piece)
    bytes += piece.byteLength
    if (bytes > mostBytes)
      throw new Failure(
        'upstream_error',
        `${place}: the registry gave more than ${mostBytes} bytes, which no manifest has.`,
      )
  }
  return Buffer.concat(pieces)
}

/**
 * The content of a blob. A connection that is cut is made again, and goes on where it was; what comes is not held against the digest here.
 */
export function readBlob(
  client: RegistryClient,
  blob: Pick<Descriptor, 'digest' | 'size'>,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  return streamOf(piecesOf(client, blob, signal))
}

async function* piecesOf(
  client: RegistryClient,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let attempt = 1; ; attempt += 1) {
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), silenceMs)
    try {
      const answer = await client.call('GET', `blobs/${digest}`, {
        signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]),
        ...(at > 0 && { headers: { range: `bytes=${at}-` } }),
        expect: at > 0 ? [200, 206] : [200],
      })
      // who knows no ranges begins anew
      let skip = answer.status === 200 ? at : 0
      for await (const piece of answer.body ?? []) {
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(), silenceMs)
        const rest = piece.subarray(Math.min(skip, piece.byteLength))
        skip -= piece.byteLength - rest.byteLength
        at += rest.byteLength
        if (at > size) throw tooLong(client.place, digest)
        if (rest.byteLength > 0) yield rest
      }
      if (at >= size) return
      if (attempt >= mostTries)
        throw new Failure(
          'upstream_error',
          `${client.place}: the registry ends ${digest.slice(0, 19)}… too early.`,
        )
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof Failure ? !error.kind.isRetryable || attempt >= mostTries : attempt >= mostTries)
        throw error instanceof Failure
          ? error
          : new Failure('upstream_unreachable', `${client.place}: the connection was cut again and again.`, {
              cause: error,
            })
    } finally {
      clearTimeout(timer)
    }
  }
}

function tooLong(place: string, digest: string): Failure {
  return new Failure('checks_failed', `${place}: ${digest.slice(0, 19)}… is longer than its manifest says.`)
}
