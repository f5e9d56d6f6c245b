import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { count, excerpt } from '../formats/file-fault.ts'
import {
  type ArchivedFile,
  archiveFault,
  type ArchiveLimits,
  type ArchivePlace,
  checkLimits,
  usualArchiveLimits,
} from './archive.ts'
import { ArchivePaths } from './archive-paths.ts'

const block = 512
const bufferBytes = 1024 * 1024
/** Names and times of one entry; nobody needs more. */
const mostHeaderBytes = 1024 * 1024

const refused: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a pipe',
  S: 'a sparse file',
}

/**
 * The files of a tar (POSIX ustar and pax, GNU and the one before both), in their order. Reads with blocking calls: it is for
 * processes of their own. Throws `invalid_request` with the entry and its byte for what is no file or folder, for names that lead
 * elsewhere, and where the archive is damaged or breaks off.
 */
export function* readTar(file: string, limits: ArchiveLimits = usualArchiveLimits): Generator<ArchivedFile> {
  const handle = openSync(file, 'r')
  try {
    yield* readEntries(new TarBytes(handle, fstatSync(handle).size), limits)
  } finally {
    closeSync(handle)
  }
}

function* readEntries(tar: TarBytes, limits: ArchiveLimits): Generator<ArchivedFile> {
  const paths = new ArchivePaths()
  let at = 0
  let entry = 0
  let bytesOfAll = 0
  let extended: Extended = {}
  for (;;) {
    const place = { entry: entry + 1, byte: at }
    const header = tar.read(at, block)
    if (header.length < block)
      throw archiveFault(
        `the archive breaks off at byte ${count(tar.size)}, without the empty blocks that end a tar`,
        'Make or send it anew.',
        place,
      )
    if (isEmpty(header)) break
    checkSum(header, place)
    const type = String.fromCharCode(header[156] ?? 0)
    const isHeader = type === 'x' || type === 'g' || type === 'L' || type === 'K'
    const size = (isHeader ? undefined : extended.size) ?? readNumber(header, 124, 12, place)
    const content = at + block
    const end = content + Math.ceil(size / block) * block
    if (isHeader) {
      if (size > mostHeaderBytes)
        throw archiveFault(
          `its header has ${count(size)} bytes, and ${count(mostHeaderBytes)} are the most`,
          'Look at what made the archive.',
          place,
        )
      checkWhole(tar, content, size, place)
      const text = tar.read(content, size)
      if (type === 'x') extended = { ...extended, ...readPax(text, place) }
      else if (type === 'L') extended = { ...extended, path: decode(untilNul(text)) }
      at = end
      continue
    }
    entry += 1
    const name = extended.path ?? nameOf(header)
    extended = {}
    const what = refused[type]
    if (what !== undefined)
      throw archiveFault(
        `${excerpt(name, 80)} is ${what}`,
        'Files and folders alone are kept: leave it out, or put the file itself in (tar: --dereference).',
        place,
      )
    if (type !== '0' && type !== '\0' && type !== '7' && type !== '5')
      throw archiveFault(
        `${excerpt(name, 80)} is of the type ${excerpt(type)}, which is not known`,
        'Leave it out.',
        place,
      )
    checkWhole(tar, content, size, place)
    checkLimits(limits, { entries: entry, bytes: (bytesOfAll += size) }, place)
    // before there was a type for folders, a slash said it
    const isFolder = type === '5' || name.endsWith('/')
    if (!isFolder)
      yield { path: paths.addFile(name, place), bytes: size, place, read: () => tar.pieces(content, size) }
    at = end
  }
  for (let byte = at; byte < tar.size; byte += bufferBytes)
    if (!isEmpty(tar.read(byte, Math.min(bufferBytes, tar.size - byte))))
      throw archiveFault(
        `something follows the end of the archive`,
        'Two archives behind one another are not read: make one of them.',
        { entry: entry + 1, byte },
      )
}

interface Extended {
  readonly path?: string
  readonly size?: number
}

/** Records of `LENGTH KEY=VALUE` and a line feed. */
function readPax(text: Buffer, place: ArchivePlace): Extended {
  let extended: Extended = {}
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(0x20, at)
    const length = space === -1 ? Number.NaN : Number(text.toString('latin1', at, space))
    const record = text.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    if (!Number.isInteger(length) || length <= 0 || at + length > text.length || equals === -1)
      throw archiveFault('its extended header is damaged', 'Make the archive anew.', place)
    const key = record.toString('latin1', 0, equals)
    const value = record.subarray(equals + 1)
    if (key === 'path') extended = { ...extended, path: decode(value) }
    if (key === 'size') {
      const size = Number(value.toString('latin1'))
      if (!Number.isSafeInteger(size) || size < 0)
        throw archiveFault('its size is no number', 'Make the archive anew.', place)
      extended = { ...extended, size }
    }
    if (key.startsWith('GNU.sparse'))
      throw archiveFault('it is a sparse file', 'Make the archive without --sparse.', place)
    at += length
  }
  return extended
}

function nameOf(header: Buffer): string {
  const name = decode(untilNul(header.subarray(0, 100)))
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? decode(untilNul(header.subarray(345, 500))) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Octal digits, or binary where the first bit says so. */
function readNumber(header: Buffer, from: number, length: number, place: ArchivePlace): number {
  const field = header.subarray(from, from + length)
  let value: number
  if ((field[0] ?? 0) & 0x80) {
    value = (field[0] ?? 0) & 0x7f
    for (const byte of field.subarray(1)) value = value * 256 + byte
  } else {
    const text = untilNul(field).toString('latin1').trim()
    value = /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : Number.NaN
  }
  if (!Number.isSafeInteger(value))
    throw archiveFault('its size is no number', 'Make the archive anew.', place)
  return value
}

function checkSum(header: Buffer, place: ArchivePlace): void {
  let sum = 8 * 0x20
  for (let index = 0; index < block; index += 1) if (index < 148 || index >= 156) sum += header[index] ?? 0
  const written = Number.parseInt(untilNul(header.subarray(148, 156)).toString('latin1').trim(), 8)
  if (sum === written) return
  throw archiveFault(
    place.entry === 1 ? 'this is no tar' : 'its header is damaged: the sum of its bytes is another',
    'Make or send the archive anew.',
    place,
  )
}

function checkWhole(tar: TarBytes, content: number, size: number, place: ArchivePlace): void {
  if (content + size <= tar.size) return
  throw archiveFault(
    `the archive breaks off at byte ${count(tar.size)}, and the entry goes on until byte ${count(content + size)}`,
    'Make or send it anew.',
    place,
  )
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return end === -1 ? bytes : bytes.subarray(0, end)
}

function decode(bytes: Buffer): string {
  return bytes.toString('utf8')
}

function isEmpty(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0) return false
  return true
}

/** The bytes of a file, read ahead. */
class TarBytes {
  readonly size: number
  readonly #handle: number
  readonly #ahead = Buffer.allocUnsafe(bufferBytes)
  #from = 0
  #filled = 0

  constructor(handle: number, size: number) {
    this.#handle = handle
    this.size = size
  }

  /** Good until the next read; fewer at the end of the file. */
  read(at: number, length: number): Buffer {
    if (at < this.#from || at + length > this.#from + this.#filled) {
      if (length > bufferBytes) throw new Error('More is read at once than there is room for.')
      this.#from = at
      this.#filled = 0
      while (this.#filled < bufferBytes) {
        const got = readSync(
          this.#handle,
          this.#ahead,
          this.#filled,
          bufferBytes - this.#filled,
          at + this.#filled,
        )
        if (got === 0) break
        this.#filled += got
      }
    }
    const start = at - this.#from
    return this.#ahead.subarray(start, Math.min(start + length, this.#filled))
  }

  *pieces(from: number, size: number): Generator<Buffer> {
    for (let at = from; at < from + size;) {
      const piece = this.read(at, Math.min(256 * 1024, from + size - at))
      if (piece.length === 0) throw new Error('The archive became shorter while it was read.')
      yield piece
      at += piece.length
    }
  }
}
