import { Failure } from '../../../foundation/platform/index.ts'
import type { RegistryClient } from './registry-client.ts'

/** What is held in memory at once, and sent in one call. */
const chunkBytes = 8 * 1024 * 1024
const mostTries = 5

/**
 * Sends content to a registry, if it has none of this digest: in one call where it is small, else in chunks, of which a lost one goes on
 * where the registry says that it stands. Says whether anything was sent.
 */
export async function uploadBlob(
  client: RegistryClient,
  blob: { readonly digest: string; readonly size: number },
  open: () => Promise<ReadableStream<Uint8Array>>,
  options: {
    readonly signal?: AbortSignal | undefined
    readonly onBytes?: ((bytes: number) => void) | undefined
  } = {},
): Promise<boolean> {
  const { signal } = options
  const found = await client.call('HEAD', `blobs/${blob.digest}`, { signal, expect: [200, 404] })
  await found.body?.cancel()
  if (found.status === 200) {
    options.onBytes?.(blob.size)
    return false
  }
  for (let attempt = 1; ; attempt += 1) {
    let sent = 0
    try {
      await uploadOnce(client, blob, await open(), {
        signal,
        onBytes: bytes => {
          sent += bytes
          options.onBytes?.(bytes)
        },
      })
      return true
    } catch (error) {
      signal?.throwIfAborted()
      // what was sent of an upload that the registry has given up counts for nothing
      options.onBytes?.(-sent)
      if (!isPassing(error) || attempt >= mostTries) throw error
    }
  }
}

async function uploadOnce(
  client: RegistryClient,
  { digest, size }: { readonly digest: string; readonly size: number },
  content: ReadableStream<Uint8Array>,
  {
    signal,
    onBytes,
  }: { readonly signal: AbortSignal | undefined; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const begun = await client.call('POST', 'blobs/uploads/', {
    signal,
    headers: { 'content-length': '0' },
    body: new Uint8Array(),
    expect: [202],
  })
  await begun.body?.cancel()
  let location = client.locationOf(begun)
  let offset = 0
  let last: Uint8Array = new Uint8Array()
  for await (const { chunk, isLast } of chunksOf(content)) {
    if (isLast && offset === 0) {
      last = chunk
      break
    }
    location = await sendChunk(client, { location, chunk, offset, signal })
    offset += chunk.byteLength
    onBytes(chunk.byteLength)
  }
  const finish = new URL(location)
  finish.searchParams.set('digest', digest)
  const done = await client.call('PUT', finish, {
    signal,
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(last.byteLength) },
    body: last,
    expect: [201, 204],
  })
  await done.body?.cancel()
  onBytes(last.byteLength)
  if (offset + last.byteLength !== size)
    throw new Failure('storage_unavailable', `${digest} has another length than was said.`)
}

/** Sends one chunk, as often as it takes; gives the place of the next. */
async function sendChunk(
  client: RegistryClient,
  sending: {
    readonly location: URL
    readonly chunk: Uint8Array
    readonly offset: number
    readonly signal: AbortSignal | undefined
  },
): Promise<URL> {
  const { offset, signal } = sending
  let { location, chunk } = sending
  let from = offset
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await client.call('PATCH', location, {
        signal,
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(chunk.byteLength),
          'content-range': `${from}-${from + chunk.byteLength - 1}`,
        },
        body: chunk,
        expect: [202, 204],
      })
      await answer.body?.cancel()
      return client.locationOf(answer)
    } catch (error) {
      signal?.throwIfAborted()
      if (!isPassing(error) || attempt >= mostTries) throw error
      const stands = await client.call('GET', location, { signal, expect: [204, 202, 200] })
      await stands.body?.cancel()
      const has = Number(/(\d+)$/.exec(stands.headers.get('range') ?? '')?.[1] ?? '0')
      const next = has === 0 ? 0 : has + 1
      if (next < from || next > offset + sending.chunk.byteLength) throw error
      if (stands.headers.has('location')) location = client.locationOf(stands)
      chunk = sending.chunk.subarray(next - offset)
      from = next
      if (chunk.byteLength === 0) return location
    }
  }
}

/** Whether the same may go well another time. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Failure &&
    (error.kind.isRetryable ||
      error.details['registryStatus'] === 404 ||
      error.details['registryStatus'] === 416)
  )
}

/** Pieces of the same size; the last may be shorter, or empty. */
async function* chunksOf(
  content: ReadableStream<Uint8Array>,
): AsyncGenerator<{ readonly chunk: Uint8Array; readonly isLast: boolean }> {
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    held.push(piece)
    bytes += piece.byteLength
    // one byte more than a chunk, so that the last one is known
    while (bytes > chunkBytes) {
      const all = Buffer.concat(held)
      yield { chunk: all.subarray(0, chunkBytes), isLast: false }
      held = [all.subarray(chunkBytes)]
      bytes -= chunkBytes
    }
  }
  yield { chunk: Buffer.concat(held), isLast: true }
}
