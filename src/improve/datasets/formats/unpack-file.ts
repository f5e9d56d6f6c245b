import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Failure, nameFullDisk } from '../../../foundation/platform/index.ts'
import { count, fileFault } from './file-fault.ts'
import type { Compression } from './format.ts'
import { findZstdEnd } from './walk-zstd.ts'

export interface UnpackLimits {
  /** The unpacked file may be so large. */
  readonly mostBytes: number
  /** From 64 MiB on, it may be so many times as large as the packed one. */
  readonly mostRatio: number
}

export const usualUnpackLimits: UnpackLimits = { mostBytes: 64 * 1024 ** 3, mostRatio: 200 }

const ratioFromBytes = 64 * 1024 * 1024

export interface UnpackedFile {
  readonly file: string
  readonly compression: Compression
  /** Of the file as it came; of one that is not packed, it is worked out while others read the file. */
  readonly sha256: Promise<string> | string
  readonly packedBytes: number
  readonly bytes: number
}

export async function compressionOf(file: string): Promise<Compression> {
  const head = await readHead(file, 4)
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return head.length === 4 && head.readUInt32LE() === 0xfd2fb528 ? 'zstd' : 'none'
}

export async function readHead(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(bytes)
    const { bytesRead } = await handle.read(buffer, 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/**
 * Takes off gzip or zstd, into the folder, and hashes what came. Stops as soon as more comes out than the limits allow. Throws
 * `invalid_request` with the byte at which a packed file breaks off or is damaged.
 */
export async function unpackFile(
  file: string,
  options: { readonly folder: string; readonly limits: UnpackLimits; readonly signal: AbortSignal },
): Promise<UnpackedFile> {
  const { folder, limits, signal } = options
  const { size: packedBytes } = await stat(file)
  const compression = await compressionOf(file)
  const hash = createHash('sha256')
  const counted = { packed: 0, unpacked: 0 }
  const source = createReadStream(file, { highWaterMark: 1024 * 1024, signal })
  if (compression === 'none') {
    const hashing = (async () => {
      for await (const chunk of source) hash.update(chunk as Buffer)
      return hash.digest('hex')
    })()
    // who gives up before does not ask
    hashing.catch(() => undefined)
    return { file, compression, sha256: hashing, packedBytes, bytes: packedBytes }
  }
  const unpacked = path.join(folder, 'unpacked')
  const end = compression === 'zstd' ? await findZstdEnd(file) : undefined
  const meter = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      hash.update(chunk)
      counted.packed += chunk.length
      done(null, chunk)
    },
  })
  const guard = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      counted.unpacked += chunk.length
      done(tooMuch(counted.unpacked, packedBytes, limits), chunk)
    },
  })
  const unpacker = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  try {
    await pipeline(source, meter, unpacker, guard, createWriteStream(unpacked, { mode: 0o600 }), { signal })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw await toFault(error, compression, counted, packedBytes, unpacked)
  }
  // the unpacker gives what it has of a frame that breaks off, and says nothing
  if (end && !end.isWhole) throw await cutFault(compression, packedBytes, counted.unpacked, unpacked)
  return { file: unpacked, compression, sha256: hash.digest('hex'), packedBytes, bytes: counted.unpacked }
}

function tooMuch(unpacked: number, packed: number, { mostBytes, mostRatio }: UnpackLimits): Failure | null {
  if (unpacked > mostBytes)
    return fileFault(
      `it unpacks to more than ${count(mostBytes)} bytes, so unpacking was stopped there; nothing was stored.`,
      'Split it into several files and import them one after the other.',
    )
  if (unpacked > ratioFromBytes && unpacked > packed * mostRatio)
    return fileFault(
      `it unpacks to more than ${mostRatio} times its ${count(packed)} bytes, as only a file does that is made to fill a disk; unpacking was stopped at byte ${count(unpacked)} and nothing was stored.`,
      'If it is honest data, import it unpacked.',
    )
  return null
}

async function toFault(
  error: unknown,
  compression: Compression,
  counted: { readonly packed: number; readonly unpacked: number },
  packedBytes: number,
  unpacked: string,
): Promise<unknown> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const full = nameFullDisk(
    error,
    'The folder in which the file is unpacked',
    'Nothing was published; free space, or import it in parts.',
  )
  if (full !== error) return full
  if (!/^(?:Z_|ZSTD_|ERR_ZLIB|ERR_)/.test(code)) return error
  const message = error instanceof Error ? error.message : ''
  const isCut =
    code === 'Z_BUF_ERROR' || /unexpected end|incomplete|truncat|srcSize_wrong/i.test(`${code} ${message}`)
  if (isCut) return await cutFault(compression, packedBytes, counted.unpacked, unpacked)
  return fileFault(
    `the ${compression} file is damaged before its byte ${count(counted.packed)}, ${await placeAfter(counted.unpacked, unpacked)}. Nothing was stored.`,
    `Test it with \`${compression === 'gzip' ? 'gzip -t' : 'zstd -t'}\` and make it anew.`,
  )
}

async function cutFault(
  compression: Compression,
  packedBytes: number,
  unpackedBytes: number,
  unpacked: string,
): Promise<Failure> {
  return fileFault(
    `the ${compression} file breaks off at its byte ${count(packedBytes)}, ${await placeAfter(unpackedBytes, unpacked)}: it was not written or sent whole. Nothing was stored.`,
    'Make or send it anew.',
  )
}

async function placeAfter(bytes: number, unpacked: string): Promise<string> {
  return `after byte ${count(bytes)} of what it holds (row ${count((await countLines(unpacked)) + 1)})`
}

async function countLines(file: string): Promise<number> {
  let lines = 0
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      const bytes = chunk as Buffer
      for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1
    }
  } catch {
    // it had not been made
  }
  return lines
}
