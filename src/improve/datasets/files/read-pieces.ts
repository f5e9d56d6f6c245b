import { open } from 'node:fs/promises'
import { Failure } from '../../../foundation/platform/index.ts'
import type { SegmentCache } from '../segments/segment-cache.ts'

interface Piece {
  readonly pack: string
  readonly position: number
  readonly bytes: number
}

/** A range of a file, whose packs come here one after the other as they are read. */
export function readPieces(
  cache: SegmentCache,
  { tenant, pieces }: { readonly tenant: string; readonly pieces: readonly Piece[] },
  range: { readonly from: number; readonly to: number },
): ReadableStream<Uint8Array> {
  const bytes = readAll(cache, tenant, cutTo(pieces, range))
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await bytes.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await bytes.return(undefined)
    },
  })
}

function cutTo(
  pieces: readonly Piece[],
  { from, to }: { readonly from: number; readonly to: number },
): Piece[] {
  const cut: Piece[] = []
  let start = 0
  for (const { pack, position, bytes } of pieces) {
    const first = Math.max(from, start)
    const last = Math.min(to, start + bytes)
    if (first < last) cut.push({ pack, position: position + first - start, bytes: last - first })
    start += bytes
  }
  return cut
}

async function* readAll(
  cache: SegmentCache,
  tenant: string,
  pieces: readonly Piece[],
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pieces.length;) {
    const pack = pieces[at]?.pack ?? ''
    let end = at
    while (pieces[end]?.pack === pack) end += 1
    yield* readPack(cache, tenant, pack, pieces.slice(at, end))
    at = end
  }
}

/** Holds the pack while its pieces are read, also where whoever reads takes its time or goes. */
async function* readPack(
  cache: SegmentCache,
  tenant: string,
  pack: string,
  pieces: readonly Piece[],
): AsyncGenerator<Uint8Array> {
  const held = Promise.withResolvers<string>()
  const isRead = Promise.withResolvers<void>()
  const holding = cache
    .hold(tenant, [pack], async ([file]) => {
      held.resolve(file ?? '')
      await isRead.promise
    })
    .catch((error: unknown) => held.reject(error))
  try {
    await using handle = await open(await held.promise, 'r')
    for (const { position, bytes } of pieces) {
      const buffer = Buffer.allocUnsafe(bytes)
      const { bytesRead } = await handle.read(buffer, 0, bytes, position)
      if (bytesRead !== bytes)
        throw new Failure('storage_unavailable', 'A part of the file is not where it was stored.')
      yield buffer
    }
  } finally {
    isRead.resolve()
    await holding
  }
}
