import { closeSync, existsSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import path from 'node:path'

import { CommandError } from './command-error.ts'

/** Refuses a folder that holds something, so that nothing is written over. */
export function checkEmptyFolder(folder: string): void {
  if (!existsSync(folder)) return
  if (readdirSync(folder).length === 0) return
  throw new CommandError('invalid_argument', `The folder ${folder} is not empty.`, {
    mend: 'Name another one, which is made.',
  })
}

/** Writes the files of a tar into a folder; resolves with how many. */
export async function unpackFiles(archive: string, folder: string, signal: AbortSignal): Promise<number> {
  // the door of the domain loads much, and few commands need it
  const { readTar } = await import('../../improve/datasets/index.ts')
  mkdirSync(folder, { recursive: true })
  const made = new Set<string>([folder])
  let count = 0
  for (const archived of readTar(archive)) {
    signal.throwIfAborted()
    const file = path.join(folder, archived.path)
    const parent = path.dirname(file)
    if (!made.has(parent)) mkdirSync(parent, { recursive: true })
    made.add(parent)
    const handle = openSync(file, 'wx')
    try {
      for await (const piece of archived.read())
        for (let at = 0; at < piece.length;) at += writeSync(handle, piece, at)
    } finally {
      closeSync(handle)
    }
    count += 1
  }
  return count
}
