import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

import { CommandError } from '../command-error.ts'

/** A file on its way into a model. */
export interface LocalFile {
  /** In the model. */
  readonly path: string
  /** On this machine. */
  readonly file: string
  readonly bytes: number
}

/** What tools put beside a model and is none of it. */
const leftOut = new Set(['.git', '.cache', '.DS_Store'])

/**
 * The file, or all files below the folder, by path. Links and what else is no file are refused, and so are names that another
 * system could not have.
 */
export async function listModelFiles(place: string): Promise<LocalFile[]> {
  const { checkPath } = await import('../../../improve/registry/index.ts')
  const found = await lstat(place).catch((cause: unknown) => {
    throw new CommandError('not_readable', `${place} cannot be read.`, {
      mend: 'Name a GGUF file, or a folder as transformers writes it.',
      cause,
    })
  })
  const files: LocalFile[] = []
  const take = async (file: string, name: string): Promise<void> => {
    const entry = await lstat(file)
    if (entry.isSymbolicLink())
      throw new CommandError('invalid_argument', `${file} is a link, and links may lead anywhere.`, {
        mend: 'Import a folder that holds the files themselves: `hf download REPO --local-dir FOLDER` makes one.',
      })
    if (entry.isDirectory()) {
      for (const child of (await readdir(file)).toSorted())
        if (!leftOut.has(child)) await take(path.join(file, child), name === '' ? child : `${name}/${child}`)
      return
    }
    if (!entry.isFile())
      throw new CommandError('invalid_argument', `${file} is no plain file.`, { mend: 'Leave it out.' })
    try {
      files.push({ path: checkPath(name), file, bytes: entry.size })
    } catch (cause) {
      throw new CommandError('invalid_argument', (cause as Error).message, { cause })
    }
  }
  await take(place, found.isDirectory() ? '' : path.basename(place))
  if (files.length > 0) return files
  throw new CommandError('invalid_argument', `There is no file in ${place}.`)
}
