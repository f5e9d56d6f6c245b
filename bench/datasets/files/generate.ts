import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Numbers that look random and are the same for the same seed (xorshift32, Marsaglia 2003). */
function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

function noise(seed: number, bytes: number): Buffer {
  const random = randomOf(seed)
  const words = new Uint32Array(Math.ceil(bytes / 4))
  for (let index = 0; index < words.length; index += 1) words[index] = random()
  return Buffer.from(words.buffer, 0, bytes)
}

const ofFolder = 500

/** Files of 2 to 20 kB of noise, as pictures that cannot be packed any further. Resolves with their bytes. */
export function generateFiles(folder: string, count: number): number {
  let all = 0
  for (let index = 0; index < count; index += 1) all += writeOne(folder, index, index + 1)
  return all
}

/** Writes every hundredth file anew. Resolves with their bytes. */
export function changeFiles(folder: string, count: number): number {
  let all = 0
  for (let index = 37; index < count; index += 100) all += writeOne(folder, index, index + 1 + count)
  return all
}

function writeOne(folder: string, index: number, seed: number): number {
  const bytes = 2_000 + (randomOf(seed ^ 0x5bd1e995)() % 18_001)
  const place = path.join(folder, `part-${String(Math.floor(index / ofFolder)).padStart(4, '0')}`)
  if (index % ofFolder === 0) mkdirSync(place, { recursive: true })
  writeFileSync(path.join(place, `file-${String(index).padStart(7, '0')}.bin`), noise(seed, bytes))
  return bytes
}

/** One large file, and with `inserted` bytes put into its middle. */
export function generateLarge(file: string, bytes: number, inserted: number): void {
  const step = 1_000_000
  const pieces = Array.from({ length: Math.ceil(bytes / step) }, (_, index) =>
    noise(900_000_000 + index, Math.min(step, bytes - index * step)),
  )
  const middle = Math.floor(pieces.length / 2)
  if (inserted > 0) {
    const half = pieces[middle] ?? Buffer.alloc(0)
    pieces[middle] = Buffer.concat([half.subarray(0, 300_000), noise(7, inserted), half.subarray(300_000)])
  }
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, Buffer.concat(pieces))
}
