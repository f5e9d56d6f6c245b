import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'

/**
 * A file as memory: what is written to it costs what memory costs, and is in the file even where the process is killed
 * in the next instruction (not where the machine loses its power). Made of zeros where it is new; keeps what it has where
 * it is there already.
 */
export function openMappedFile(file: string, bytes: number): Uint8Array {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const descriptor = openSync(file, 'a+', 0o600)
  ftruncateSync(descriptor, bytes)
  closeSync(descriptor)
  return Bun.mmap(file, { shared: true })
}
