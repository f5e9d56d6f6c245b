import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { compressionOf, readHead } from '../formats/unpack-file.ts'

export const archiveKinds = ['tar', 'zip'] as const
export type ArchiveKind = (typeof archiveKinds)[number]

const headBytes = 512
/** So much of a packed file tells what its first block is. */
const packedBytes = 256 * 1024

/** What a file is by its first block, packed or not; its name decides for the oldest tars alone. `undefined`: no archive. */
export async function archiveKindOf(file: string, name: string): Promise<ArchiveKind | undefined> {
  const head = await readFirstBlock(file)
  const begin = head.toString('latin1', 0, 4)
  if (begin === 'PK\x03\x04' || begin === 'PK\x05\x06') return 'zip'
  if (head.toString('latin1', 257, 262) === 'ustar') return 'tar'
  return /\.(?:tar(?:\.(?:gz|zst))?|tgz)$/i.test(name) ? 'tar' : undefined
}

async function readFirstBlock(file: string): Promise<Buffer> {
  const compression = await compressionOf(file)
  if (compression === 'none') return await readHead(file, headBytes)
  const unpacker = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  let head = Buffer.alloc(0)
  try {
    await pipeline(
      createReadStream(file, { end: packedBytes - 1 }),
      unpacker,
      async (source: AsyncIterable<Buffer>) => {
        for await (const piece of source) {
          head = Buffer.concat([head, piece])
          if (head.length >= headBytes) return
        }
      },
    )
  } catch {
    // it breaks off here, as it was cut; whoever reads it whole says what is wrong with it
  }
  return head.subarray(0, headBytes)
}
