import { crc32, deflateRawSync } from 'node:zlib'
import { tarEnd, tarHeader, tarPadding } from './write-tar.ts'

export interface ArchiveEntry {
  readonly name: string
  readonly content?: string | Uint8Array
  /** Of a tar: `2` is a symbolic link, `3` a device, `5` a folder. */
  readonly type?: string
  /** Of a zip: what it says instead of the true size. */
  readonly claimedBytes?: number
  readonly isDeflated?: boolean
  /** Of a zip: the mode of Unix. */
  readonly mode?: number
  readonly crc?: number
}

/** A tar of entries as they are given, hostile or not. */
export function tarOf(entries: readonly ArchiveEntry[], { isEnded = true } = {}): Buffer {
  const pieces = entries.flatMap(({ name, content = '', type }) => {
    const bytes = Buffer.from(content as string)
    const headers = tarHeader(name, bytes.length)
    const header = headers.at(-1)
    if (header && type !== undefined) retype(header, type)
    return [...headers, bytes, tarPadding(bytes.length)]
  })
  return Buffer.concat([...pieces, ...(isEnded ? [tarEnd] : [])])
}

function retype(header: Buffer, type: string): void {
  header.write(type, 156, 'latin1')
  signTarHeader(header)
}

/** Writes the sum of a header's bytes into it. */
export function signTarHeader(header: Buffer): void {
  header.write('        ', 148, 'latin1')
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

/** A zip of entries as they are given, hostile or not. */
export function zipOf(entries: readonly ArchiveEntry[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content = '', claimedBytes, isDeflated = true, mode = 0o100644, crc } of entries) {
    const bytes = Buffer.from(content as string)
    const packed = isDeflated ? deflateRawSync(bytes) : bytes
    const path = Buffer.from(name)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(0x800, 2)
    shared.writeUInt16LE(isDeflated ? 8 : 0, 4)
    shared.writeUInt32LE(crc ?? crc32(bytes), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(claimedBytes ?? bytes.length, 18)
    shared.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, path, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, 3]), shared, tail, path]),
    )
    locals.push(local)
    offset += local.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, list, end])
}
