import { closeSync, openSync, writeSync } from 'node:fs'

const block = 512
const bufferBytes = 1024 * 1024
/** What eleven octal digits hold. */
const mostOctal = 8 ** 11 - 1

/** Writes a tar (ustar, with pax records where those need it) that is the same for the same files. Blocking calls. */
export class TarWriter {
  readonly #handle: number
  readonly #buffer = Buffer.alloc(bufferBytes)
  #filled = 0

  constructor(file: string) {
    this.#handle = openSync(file, 'wx', 0o600)
  }

  add(path: string, bytes: number, content: Iterable<Buffer>): void {
    for (const piece of tarHeader(path, bytes)) this.#write(piece)
    let written = 0
    for (const piece of content) {
      this.#write(piece)
      written += piece.length
    }
    if (written !== bytes) throw new Error(`The file has ${written} bytes and was to have ${bytes}.`)
    this.#write(tarPadding(bytes))
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#filled === bufferBytes) this.#flush()
      const taken = bytes.copy(this.#buffer, this.#filled, at)
      this.#filled += taken
      at += taken
    }
  }

  #flush(): void {
    for (let at = 0; at < this.#filled;) at += writeSync(this.#handle, this.#buffer, at, this.#filled - at)
    this.#filled = 0
  }

  /** Without it the file is no whole tar. */
  end(): void {
    this.#write(tarEnd)
    this.#flush()
  }

  close(): void {
    closeSync(this.#handle)
  }
}

/** What ends a tar. */
export const tarEnd = Buffer.alloc(2 * block)

/** What follows a file's bytes, so that the next header begins with a block. */
export function tarPadding(bytes: number): Buffer {
  return tarEnd.subarray(0, (block - (bytes % block)) % block)
}

/** The header of a file, with a record before it where its name or size need one. */
export function tarHeader(path: string, bytes: number): Buffer[] {
  const name = Buffer.from(path)
  const isPlain = name.length <= 100 && bytes <= mostOctal && /^[\x20-\x7e]+$/.test(path)
  if (isPlain) return [header(name, bytes, '0')]
  const records = Buffer.from(
    [record('path', path), ...(bytes > mostOctal ? [record('size', String(bytes))] : [])].join(''),
  )
  return [
    header(Buffer.from('pax'), records.length, 'x'),
    records,
    tarPadding(records.length),
    header(Buffer.from(path.replaceAll(/[^\x20-\x7e]/g, '_').slice(0, 100)), Math.min(bytes, mostOctal), '0'),
  ]
}

/** `LENGTH KEY=VALUE` and a line feed, where the length counts itself. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest)
  let digits = String(length).length
  while (String(length + digits).length > digits) digits += 1
  return `${length + digits}${rest}`
}

function header(name: Buffer, bytes: number, type: string): Buffer {
  const made = Buffer.alloc(block)
  name.copy(made, 0, 0, 100)
  made.write('0000644\0', 100, 'latin1')
  made.write('0000000\0', 108, 'latin1')
  made.write('0000000\0', 116, 'latin1')
  made.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  made.write('00000000000\0', 136, 'latin1')
  made.write('        ', 148, 'latin1')
  made.write(type, 156, 'latin1')
  made.write('ustar\x0000', 257, 'latin1')
  const sum = made.reduce((all, byte) => all + byte, 0)
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return made
}
