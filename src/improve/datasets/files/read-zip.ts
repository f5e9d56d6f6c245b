import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { type Entry, fromFdPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { count, excerpt, fileFault } from '../formats/file-fault.ts'
import {
  type ArchivedFile,
  archiveFault,
  type ArchiveLimits,
  type ArchivePlace,
  checkLimits,
  usualArchiveLimits,
} from './archive.ts'
import { ArchivePaths } from './archive-paths.ts'

/** Up to here a file is unpacked in one go. */
const smallBytes = 1024 * 1024
const ratioFromBytes = 64 * 1024 * 1024

/**
 * The files of a zip, in the order of its directory. The directory is read first, so that a bomb is refused before anything of it is
 * unpacked; a file may not be longer than the directory says. Throws `invalid_request` with the entry and its byte.
 */
export async function* readZip(
  file: string,
  limits: ArchiveLimits = usualArchiveLimits,
): AsyncGenerator<ArchivedFile> {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    // names are decoded and checked here, as those of a tar are
    const zip = await fromFdPromise(handle, { autoClose: false, decodeStrings: false })
    const paths = new ArchivePaths()
    const files: { readonly entry: Entry; readonly path: string; readonly place: ArchivePlace }[] = []
    let bytes = 0
    let number = 0
    for await (const entry of zip.eachEntry()) {
      number += 1
      const place = { entry: number, byte: entry.relativeOffsetOfLocalHeader }
      const name = decodeName(entry, place)
      if (number === 1 && name === '[Content_Types].xml')
        throw fileFault(
          'the file is an Office document. Nothing was stored.',
          'Save its table as CSV, and import that; or import a folder with the document in it.',
        )
      checkEntry(entry, name, place)
      bytes += entry.uncompressedSize
      checkLimits(limits, { entries: number, bytes }, place)
      if (bytes > ratioFromBytes && bytes > size * limits.mostRatio)
        throw archiveFault(
          `the files unpack to more than ${limits.mostRatio} times the ${count(size)} bytes of the zip, as only those do that are made to fill a disk`,
          'If it is honest data, import it as a tar.',
          place,
        )
      if (!name.endsWith('/')) files.push({ entry, path: paths.addFile(name, place), place })
    }
    for (const { entry, path, place } of files)
      yield {
        path,
        bytes: entry.uncompressedSize,
        place,
        read: () => readContent(zip, handle, entry, place),
      }
  } catch (error) {
    throw toFault(error)
  } finally {
    closeSync(handle)
  }
}

function decodeName({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry, place: ArchivePlace): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fileNameRaw)
  } catch {
    if (generalPurposeBitFlag & 0x800)
      throw archiveFault('its name is not UTF-8', 'Make the archive anew.', place)
    return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
  }
}

function checkEntry(entry: Entry, name: string, place: ArchivePlace): void {
  if (entry.isEncrypted())
    throw archiveFault(`${excerpt(name, 80)} is encrypted`, 'Make the archive without a password.', place)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw archiveFault(
      `${excerpt(name, 80)} is packed by method ${entry.compressionMethod}, and only stored and deflated files are read`,
      'Make the archive anew, e.g. as a tar.',
      place,
    )
  // the upper half holds what Unix says of a file: regular, folder, or nothing at all
  const kind = (entry.externalFileAttributes >>> 16) & 0xf000
  const isUnix = entry.versionMadeBy >>> 8 === 3
  if (isUnix && kind !== 0 && kind !== 0x8000 && kind !== 0x4000)
    throw archiveFault(
      `${excerpt(name, 80)} is ${kind === 0xa000 ? 'a symbolic link' : 'no file'}`,
      'Files and folders alone are kept: leave it out, or put the file itself in.',
      place,
    )
}

async function* readContent(
  zip: ZipFile,
  handle: number,
  entry: Entry,
  place: ArchivePlace,
): AsyncGenerator<Buffer> {
  const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  const packed = entry.compressedSize
  const size = entry.uncompressedSize
  let sum = 0
  let done = 0
  try {
    if (size <= smallBytes && packed <= 2 * smallBytes) {
      const content = readWhole(handle, start, packed)
      const unpacked =
        entry.compressionMethod === 0
          ? content
          : inflateRawSync(content, { maxOutputLength: Math.max(1, size) })
      sum = crc32(unpacked)
      done = unpacked.length
      if (done > 0 && done <= size) yield unpacked
    } else {
      const source = Readable.from(piecesOf(handle, start, packed))
      const stream = entry.compressionMethod === 0 ? source : source.pipe(createInflateRaw())
      source.on('error', error => stream.destroy(error))
      for await (const piece of stream as AsyncIterable<Buffer>) {
        done += piece.length
        if (done > size) break
        sum = crc32(piece, sum)
        yield piece
      }
    }
  } catch (error) {
    if (!isZlib(error)) throw error
    throw archiveFault('its content cannot be unpacked', 'Make or send the archive anew.', place)
  }
  if (done !== size)
    throw archiveFault(
      `it unpacks to ${done > size ? 'more' : 'fewer'} bytes than the ${count(size)} that the archive says`,
      'Make or send the archive anew.',
      place,
    )
  if (sum !== entry.crc32)
    throw archiveFault(
      'its content is damaged: its checksum is another',
      'Make or send the archive anew.',
      place,
    )
}

function readWhole(handle: number, start: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  let got = 0
  while (got < length) {
    const read = readSync(handle, buffer, got, length - got, start + got)
    if (read === 0) break
    got += read
  }
  return buffer.subarray(0, got)
}

function* piecesOf(handle: number, start: number, length: number): Generator<Buffer> {
  for (let at = 0; at < length; at += smallBytes)
    yield readWhole(handle, start + at, Math.min(smallBytes, length - at))
}

function isZlib(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(?:Z_|ERR_ZLIB|ERR_BUFFER_TOO_LARGE|ERR_)/.test(code)
}

/** yauzl throws plain errors about archives that are none. */
function toFault(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'Failure' || 'code' in error) return error
  return fileFault(
    `the zip is damaged or breaks off: ${error.message.slice(0, 160)}. Nothing was stored.`,
    'Make or send it anew.',
  )
}
