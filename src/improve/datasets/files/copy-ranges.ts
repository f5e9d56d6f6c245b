import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { StagedObject } from './pack-index.ts'

/** Writes ranges of a file behind one another into another, and names that. */
export async function copyRanges(
  from: string,
  ranges: readonly { readonly from: number; readonly bytes: number }[],
  to: string,
): Promise<StagedObject> {
  const hash = createHash('sha256')
  await using source = await open(from, 'r')
  await using target = await open(to, 'wx', 0o600)
  let buffer = Buffer.allocUnsafe(256 * 1024)
  let written = 0
  for (const range of ranges) {
    if (buffer.length < range.bytes) buffer = Buffer.allocUnsafe(range.bytes)
    const { bytesRead } = await source.read(buffer, 0, range.bytes, range.from)
    if (bytesRead !== range.bytes) throw new Error('A pack is shorter than its index says.')
    const piece = buffer.subarray(0, bytesRead)
    hash.update(piece)
    await target.writeFile(piece)
    written += bytesRead
  }
  return { object: `sha256-${hash.digest('hex')}`, file: to, bytes: written }
}
