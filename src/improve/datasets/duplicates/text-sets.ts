import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import path from 'node:path'

/** How many numbers are held in memory before the sets go to the disk. */
const numbersInMemory = 48 * 1024 * 1024

/**
 * Sets of shingles by the number of their row: the first in memory, up to 192 MiB, the rest in a file of the scratch folder, which the page
 * cache of the system serves.
 */
export class TextSets {
  readonly #inMemory = new Map<number, Uint32Array>()
  readonly #onDisk = new Map<number, { readonly at: number; readonly length: number }>()
  readonly #scratch: string
  #held = 0
  #file: number | undefined
  #written = 0

  constructor(scratch: string) {
    this.#scratch = scratch
  }

  put(row: number, set: Uint32Array): void {
    if (this.#held + set.length <= numbersInMemory) {
      this.#held += set.length
      this.#inMemory.set(row, set)
      return
    }
    this.#file ??= openSync(path.join(this.#scratch, `shingles-${process.pid}-${counter++}`), 'w+')
    const bytes = new Uint8Array(set.buffer, set.byteOffset, set.byteLength)
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#written + done)
    this.#onDisk.set(row, { at: this.#written, length: set.length })
    this.#written += bytes.length
  }

  get(row: number): Uint32Array {
    const held = this.#inMemory.get(row)
    if (held) return held
    const place = this.#onDisk.get(row)
    if (!place || this.#file === undefined) throw new RangeError(`There is no set of row ${row}.`)
    const set = new Uint32Array(place.length)
    const bytes = new Uint8Array(set.buffer)
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, place.at + done)
      if (read === 0) throw new Error('The scratch file of shingles was cut short.')
      done += read
    }
    return set
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

let counter = 0
