import { type FileHandle, open } from 'node:fs/promises'

const magic = 0xfd2fb528

/**
 * Walks over the frames and blocks of a Zstandard file (RFC 8878, 3.1) without unpacking them, and says whether the last frame
 * comes to its end.
 */
export async function findZstdEnd(
  file: string,
): Promise<{ readonly isWhole: boolean; readonly byte: number }> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    let at = 0
    while (at < size) {
      const next = await endOfFrame(handle, at)
      if (next === undefined || next > size) return { isWhole: false, byte: size }
      at = next
    }
    return { isWhole: true, byte: at }
  } finally {
    await handle.close()
  }
}

/** `undefined` where it breaks off, or is no frame: what reads it then says so. */
async function endOfFrame(handle: FileHandle, from: number): Promise<number | undefined> {
  const head = await read(handle, from, 18)
  if (head.length < 6) return undefined
  const mark = head.readUInt32LE()
  if ((mark & 0xfffffff0) >>> 0 === 0x184d2a50)
    return head.length < 8 ? undefined : from + 8 + head.readUInt32LE(4)
  if (mark !== magic) return undefined
  const descriptor = head[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const contentBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 2 ** sizeFlag
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  let at = from + 5 + (isSingle ? 0 : 1) + dictionaryBytes + contentBytes
  for (;;) {
    const block = await read(handle, at, 3)
    if (block.length < 3) return undefined
    const header = block.readUIntLE(0, 3)
    const kind = (header >> 1) & 3
    // a block of one byte over and over holds that byte alone
    at += 3 + (kind === 1 ? 1 : header >> 3)
    if ((header & 1) === 1) return at + ((descriptor & 4) === 0 ? 0 : 4)
  }
}

async function read(handle: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await handle.read(buffer, 0, bytes, at)
  return buffer.subarray(0, bytesRead)
}
