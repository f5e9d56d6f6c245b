import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** An object's name is the SHA-256 of its bytes. */
export async function nameFile(
  file: string,
): Promise<{ readonly object: string; readonly file: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    const piece = chunk as Buffer
    hash.update(piece)
    bytes += piece.length
  }
  return { object: `sha256-${hash.digest('hex')}`, file, bytes }
}
