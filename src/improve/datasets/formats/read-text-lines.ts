import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { fileFault } from './file-fault.ts'
import { mostRowBytes } from './format.ts'

const chunkBytes = 4 * 1024 * 1024

export interface TextLine {
  /** Without its end. */
  readonly bytes: Buffer
  /** Counted from 1. */
  readonly line: number
  /** Of its first byte in the file. */
  readonly byte: number
}

/** The lines of a file, each at most `mostRowBytes` long, whatever they hold. Their bytes are gone with the next one. */
export async function* readTextLines(file: string, signal: AbortSignal): AsyncGenerator<TextLine> {
  const handle = await open(file)
  try {
    let rest: Buffer = Buffer.alloc(0)
    let restByte = 0
    let line = 0
    for (;;) {
      signal.throwIfAborted()
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes)
      if (bytesRead === 0) break
      const text =
        rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      let from = 0
      for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10, from)) {
        line += 1
        yield { bytes: text.subarray(from, end), line, byte: restByte + from }
        from = end + 1
      }
      rest = text.subarray(from)
      restByte += from
      if (rest.length > mostRowBytes) throw lineTooLong(line + 1, restByte)
    }
    if (rest.length > 0) yield { bytes: rest, line: line + 1, byte: restByte }
  } finally {
    await handle.close()
  }
}

function lineTooLong(line: number, byte: number): Error {
  return fileFault(
    `a row is longer than ${mostRowBytes / 1_048_576} MiB, the most that a row may have. Nothing was stored.`,
    'Is a line break missing? Else keep what is large in files beside the dataset, and their paths in it.',
    { row: line, byte },
  )
}

export interface TextSurvey {
  readonly bytes: number
  readonly lines: number
  /** In bytes, without its end. */
  readonly longestLine: number
  readonly hasMark: boolean
}

/**
 * Reads a file once, as fast as the disk gives it, for what no reader of rows may meet: another encoding than UTF-8, NUL bytes,
 * a line without end. Throws `invalid_request` that says where.
 */
export async function surveyText(file: string, signal: AbortSignal): Promise<TextSurvey> {
  const handle = await open(file)
  try {
    const head = Buffer.alloc(4)
    const { bytesRead: headBytes } = await handle.read(head, 0, 4, 0)
    refuseOtherUnicode(head.subarray(0, headBytes))
    const hasMark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
    let bytes = 0
    let lines = 0
    let longestLine = 0
    let lineStart = 0
    /** The bytes of a character that the next chunk goes on with. */
    let rest: Buffer = Buffer.alloc(0)
    let position = 0
    for (;;) {
      signal.throwIfAborted()
      const buffer = Buffer.allocUnsafe(rest.length + chunkBytes)
      rest.copy(buffer)
      const { bytesRead } = await handle.read(buffer, rest.length, chunkBytes, position)
      position += bytesRead
      const all = buffer.subarray(0, rest.length + bytesRead)
      if (all.length === 0) break
      const isLast = bytesRead === 0
      const whole = isLast ? all : all.subarray(0, wholeCharacters(all))
      const nul = whole.indexOf(0)
      if (nul !== -1) throw nulFault(whole, nul, lines, bytes)
      if (!isUtf8(whole)) throw encodingFault(whole, lines, bytes)
      for (let end = whole.indexOf(10); end !== -1; end = whole.indexOf(10, end + 1)) {
        lines += 1
        const length = bytes + end - lineStart
        if (length > mostRowBytes) throw lineTooLong(lines, lineStart)
        longestLine = Math.max(longestLine, length)
        lineStart = bytes + end + 1
      }
      bytes += whole.length
      if (bytes - lineStart > mostRowBytes) throw lineTooLong(lines + 1, lineStart)
      longestLine = Math.max(longestLine, bytes - lineStart)
      rest = Buffer.from(all.subarray(whole.length))
      if (isLast) break
    }
    return { bytes, lines: lineStart < bytes ? lines + 1 : lines, longestLine, hasMark }
  } finally {
    await handle.close()
  }
}

/** How many of the bytes are whole characters: all but a beginning of one at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? bytes.length - back : bytes.length
    }
  }
  return bytes.length
}

function refuseOtherUnicode(head: Buffer): void {
  const isBig = head[0] === 0xfe && head[1] === 0xff
  const isLittle = head[0] === 0xff && head[1] === 0xfe
  // text of Latin letters without a mark: every other byte is zero
  const looksBig = head.length === 4 && head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0
  const looksLittle = head.length === 4 && head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0
  if (!isBig && !isLittle && !looksBig && !looksLittle) return
  const name = isBig || looksBig ? 'UTF-16BE' : 'UTF-16LE'
  throw fileFault(
    `the file is ${name}, not UTF-8. Nothing was stored.`,
    `Convert it: \`iconv -f ${name} -t UTF-8 FILE > CONVERTED\`.`,
    { row: 1, byte: 0 },
  )
}

function nulFault(chunk: Buffer, at: number, linesBefore: number, bytesBefore: number): Error {
  return fileFault(
    'there is a NUL byte, which no text holds. Nothing was stored.',
    'Is it a binary file, or one that was damaged? NUL bytes can be removed with `tr -d "\\000"`.',
    { row: linesBefore + newlines(chunk, at) + 1, byte: bytesBefore + at },
  )
}

function encodingFault(chunk: Buffer, linesBefore: number, bytesBefore: number): Error {
  const at = firstInvalid(chunk)
  const byte = chunk[at] ?? 0
  const isLatin = byte >= 0xa0
  return fileFault(
    `the byte 0x${byte.toString(16)} is not UTF-8. Nothing was stored.`,
    isLatin
      ? 'The file looks like Latin-1 or Windows-1252; convert it: `iconv -f WINDOWS-1252 -t UTF-8 FILE > CONVERTED`.'
      : 'Convert the file to UTF-8, or mend it there if it was damaged.',
    { row: linesBefore + newlines(chunk, at) + 1, byte: bytesBefore + at },
  )
}

/** Where the first character begins that is none. */
function firstInvalid(chunk: Buffer): number {
  for (let at = 0; at < chunk.length;) {
    const lead = chunk[at] ?? 0
    const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
    if (length > 1 && !isUtf8(chunk.subarray(at, at + length))) return at
    at += length
  }
  return chunk.length
}

function newlines(chunk: Buffer, before: number): number {
  let lines = 0
  for (let at = chunk.indexOf(10); at !== -1 && at < before; at = chunk.indexOf(10, at + 1)) lines += 1
  return lines
}
