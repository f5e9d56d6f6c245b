/** Folders as one object: a tar (ustar with pax paths) whose bytes say nothing but names, contents and what may be run. */
import { createReadStream } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'

const block = 512

/** The same folder gives the same bytes: names in order, no times, no owners. Links and devices are refused. */
export async function* packFolder(folder: string): AsyncGenerator<Uint8Array> {
  for await (const { file, relative } of filesIn(folder, '')) {
    const found = await lstat(file)
    const isRunnable = (found.mode & 0o111) !== 0
    const name = Buffer.from(relative)
    if (name.length > 100) {
      const record = paxRecord('path', relative)
      yield header('pax', record.length, 'x', false)
      yield padded(record)
    }
    yield header(relative, found.size, '0', isRunnable)
    let bytes = 0
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      yield chunk
    }
    if (bytes !== found.size) throw new Failure('invalid_request', `${relative} changed while it was read.`)
    yield Buffer.alloc((block - (bytes % block)) % block)
  }
  yield Buffer.alloc(block * 2)
}

async function* filesIn(
  folder: string,
  prefix: string,
): AsyncGenerator<{ readonly file: string; readonly relative: string }> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const file = path.join(folder, entry.name)
    const relative = prefix + entry.name
    if (entry.isDirectory()) yield* filesIn(file, `${relative}/`)
    else if (entry.isFile()) yield { file, relative }
    else
      throw new Failure(
        'invalid_request',
        `${relative} is no file and no folder: a stage may leave only those.`,
      )
  }
}

function header(name: string, size: number, type: '0' | 'x', isRunnable: boolean): Buffer {
  const bytes = Buffer.alloc(block)
  Buffer.from(name).copy(bytes, 0, 0, 100)
  bytes.write(isRunnable ? '0000755\0' : '0000644\0', 100)
  bytes.write('0000000\0', 108)
  bytes.write('0000000\0', 116)
  // more than 8 GiB does not fit into eleven octal digits: GNU's binary form
  if (size < 0o77777777777) bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  else {
    bytes[124] = 0x80
    bytes.writeBigUInt64BE(BigInt(size), 128)
  }
  bytes.write('00000000000\0', 136)
  bytes.write('        ', 148)
  bytes.write(type, 156)
  bytes.write('ustar\x0000', 257)
  let sum = 0
  for (const byte of bytes) sum += byte
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return bytes
}

function paxRecord(key: string, value: string): Buffer {
  const text = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(text)
  let length = bytes + String(bytes).length
  if (String(length).length !== String(bytes).length) length = bytes + String(length).length
  return Buffer.from(`${length}${text}`)
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((block - (bytes.length % block)) % block)])

/** Writes what `packFolder` has packed below a folder. */
export async function unpackFolder(stream: ReadableStream<Uint8Array>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const source = new Source(stream)
  let longName: string | undefined
  for (;;) {
    const head = await source.take(block)
    if (head.every(byte => byte === 0)) {
      await source.drain()
      return
    }
    const size = sizeOf(head)
    if (head[156] === 0x78) {
      const record = (await source.take(size + ((block - (size % block)) % block))).subarray(0, size)
      longName = /^\d+ path=([\s\S]*)\n$/.exec(record.toString('utf8'))?.[1]
      continue
    }
    const end = head.indexOf(0)
    const name = longName ?? head.subarray(0, Math.min(end < 0 ? 100 : end, 100)).toString('utf8')
    longName = undefined
    const file = path.join(folder, name)
    if (!file.startsWith(folder + path.sep)) throw damaged()
    await mkdir(path.dirname(file), { recursive: true })
    const handle = await open(file, 'wx')
    try {
      for (let left = size; left > 0;) {
        const piece = await source.take(Math.min(left, 65_536))
        await handle.writeFile(piece)
        left -= piece.length
      }
    } finally {
      await handle.close()
    }
    if (head.subarray(100, 107).toString() === '0000755') await chmod(file, 0o755)
    await source.take((block - (size % block)) % block)
  }
}

function sizeOf(head: Buffer): number {
  if ((head[124] ?? 0) === 0x80) return Number(head.readBigUInt64BE(128))
  const size = Number.parseInt(head.subarray(124, 135).toString(), 8)
  if (!Number.isSafeInteger(size)) throw damaged()
  return size
}

const damaged = (): Failure =>
  new Failure('storage_unavailable', 'The folder in the object store is damaged.')

/** Takes bytes from a stream, however it is cut. */
class Source {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #left = Buffer.alloc(0)

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  async take(count: number): Promise<Buffer> {
    const pieces = [this.#left]
    let bytes = this.#left.length
    while (bytes < count) {
      const { value, done } = await this.#reader.read()
      if (done) throw damaged()
      pieces.push(Buffer.from(value))
      bytes += value.byteLength
    }
    const all = Buffer.concat(pieces)
    this.#left = all.subarray(count)
    return all.subarray(0, count)
  }

  async drain(): Promise<void> {
    for (;;) if ((await this.#reader.read()).done) return
  }
}
