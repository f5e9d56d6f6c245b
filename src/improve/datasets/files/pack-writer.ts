import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { chunkSizes, findCut } from './chunker.ts'
import type { HashSet } from './hash-set.ts'

/** A pack ends with the chunk that brings it here. */
const packBytes = 32 * 1024 * 1024
const bufferBytes = 1024 * 1024

/** What was written: the bytes of chunks behind one another, and lines of CSV that say what lies where. */
export interface WrittenPack {
  /** `undefined` where nothing was new but how files are made of chunks. */
  readonly pack: { readonly object: string; readonly file: string; readonly bytes: number } | undefined
  /** CSV of `file,place,chunk,position,bytes`; see `pack-index.ts`. */
  readonly entries: string
  readonly chunks: number
}

interface Piece {
  readonly chunk: string
  readonly bytes: number
}

/**
 * Cuts files into chunks and writes those that are not known into packs. Memory: a window of two of the longest chunks, a buffer,
 * and the names of what is known. Writes with blocking calls: it is for processes of their own.
 */
export class PackWriter {
  readonly #folder: string
  readonly #chunks: HashSet
  readonly #files: HashSet
  readonly #window = Buffer.allocUnsafe(2 * chunkSizes.most)
  readonly #written: WrittenPack[] = []
  #open: OpenPack | undefined
  /** Of chunks that were not known. */
  newBytes = 0

  /** `chunks` and `files`: what is stored, which is added to. */
  constructor(folder: string, known: { readonly chunks: HashSet; readonly files: HashSet }) {
    this.#folder = folder
    this.#chunks = known.chunks
    this.#files = known.files
  }

  /** Resolves with the SHA-256 of the file. `head` is told its first bytes. */
  async add(
    content: Iterable<Buffer> | AsyncIterable<Buffer>,
    head: (bytes: Buffer) => void,
  ): Promise<{ readonly sha256: string; readonly bytes: number }> {
    const window = this.#window
    const pieces: Piece[] = []
    let whole: Hash | undefined
    let filled = 0
    let bytes = 0
    for await (const given of content)
      for (let taken = 0; taken < given.length;) {
        const length = given.copy(window, filled, taken)
        if (bytes === 0) head(given)
        taken += length
        filled += length
        bytes += length
        if (filled < window.length) continue
        // what is left is at least one of the longest chunks, so every cut is as if all were there
        whole ??= createHash('sha256')
        let from = 0
        while (filled - from >= chunkSizes.most) from = this.#cut(from, filled, pieces, whole)
        window.copyWithin(0, from, filled)
        filled -= from
      }
    if (!whole && findCut(window, 0, filled) === filled) return { sha256: this.#addSmall(filled), bytes }
    whole ??= createHash('sha256')
    for (let from = 0; from < filled;) from = this.#cut(from, filled, pieces, whole)
    const sha256 = whole.digest('hex')
    if (this.#files.add(sha256))
      for (const [place, { chunk, bytes: length }] of pieces.entries())
        this.#pack().note(`${sha256},${place},${chunk},,${length}\n`)
    return { sha256, bytes }
  }

  /** A file of one chunk has the name of the chunk. */
  #addSmall(length: number): string {
    const chunk = this.#window.subarray(0, length)
    const sha256 = createHash('sha256').update(chunk).digest('hex')
    const isNewChunk = length > 0 && this.#chunks.add(sha256)
    const isNewFile = length > 0 && this.#files.add(sha256)
    if (isNewChunk) this.#write(sha256, chunk, isNewFile ? `${sha256},0` : ',')
    else if (isNewFile) this.#pack().note(`${sha256},0,${sha256},,${length}\n`)
    return sha256
  }

  #cut(from: number, filled: number, pieces: Piece[], whole: Hash): number {
    const end = findCut(this.#window, from, filled)
    const bytes = this.#window.subarray(from, end)
    whole.update(bytes)
    const chunk = createHash('sha256').update(bytes).digest('hex')
    if (this.#chunks.add(chunk)) this.#write(chunk, bytes, ',')
    pieces.push({ chunk, bytes: bytes.length })
    return end
  }

  #write(chunk: string, bytes: Buffer, file: string): void {
    const pack = this.#pack()
    const position = pack.write(bytes)
    pack.note(`${file},${chunk},${position},${bytes.length}\n`)
    this.newBytes += bytes.length
    if (pack.bytes >= packBytes) this.#close()
  }

  #pack(): OpenPack {
    this.#open ??= new OpenPack(path.join(this.#folder, `pack-${this.#written.length}`))
    return this.#open
  }

  #close(): void {
    if (this.#open) this.#written.push(this.#open.close())
    this.#open = undefined
  }

  end(): readonly WrittenPack[] {
    this.#close()
    return this.#written
  }
}

class OpenPack {
  readonly #file: string
  readonly #hash = createHash('sha256')
  readonly #buffer = Buffer.allocUnsafe(bufferBytes)
  readonly #lines: string[] = []
  #handle: number | undefined
  #filled = 0
  #chunks = 0
  bytes = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Resolves with where in the pack they lie. */
  write(bytes: Buffer): number {
    const position = this.bytes
    if (this.#filled + bytes.length > bufferBytes) this.#flush()
    bytes.copy(this.#buffer, this.#filled)
    this.#filled += bytes.length
    this.bytes += bytes.length
    this.#chunks += 1
    return position
  }

  note(line: string): void {
    this.#lines.push(line)
  }

  #flush(): void {
    this.#handle ??= openSync(this.#file, 'wx', 0o600)
    const filled = this.#buffer.subarray(0, this.#filled)
    this.#hash.update(filled)
    for (let written = 0; written < filled.length;)
      written += writeSync(this.#handle, filled, written, filled.length - written)
    this.#filled = 0
  }

  close(): WrittenPack {
    if (this.#filled > 0) this.#flush()
    const entries = `${this.#file}.csv`
    writeFileSync(entries, this.#lines.join(''), { mode: 0o600 })
    if (this.#handle === undefined) return { pack: undefined, entries, chunks: 0 }
    closeSync(this.#handle)
    const object = `sha256-${this.#hash.digest('hex')}`
    return { pack: { object, file: this.#file, bytes: this.bytes }, entries, chunks: this.#chunks }
  }
}
