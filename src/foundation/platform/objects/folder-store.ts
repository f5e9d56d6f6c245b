import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Failure } from '../failure.ts'
import { createId } from '../identifiers.ts'
import { nameFullDisk } from './disk-full.ts'
import { checkKey } from './object-key.ts'
import type { ObjectStore, ObjectSummary } from './object-store.ts'

/** Where objects are written before they get their name; no key can reach it, for it starts with a dot. */
const partialFolder = '.partial'
const readBytes = 1024 * 1024
const abandonedMs = 24 * 3_600_000

/** Objects as files below one folder: written aside, synced, then renamed, so that a crash leaves no half object. */
export function openFolderStore(directory: string): ObjectStore {
  const fileOf = (key: string) => {
    checkKey(key)
    return path.join(directory, key)
  }

  /** Once for each process: it need not be sooner. */
  let sweeping: Promise<void> | undefined

  async function head(key: string): Promise<ObjectSummary | undefined> {
    const found = await stat(fileOf(key)).catch(missing)
    return found?.isFile() ? { key, sizeBytes: found.size } : undefined
  }

  return {
    head,
    async put(key, content) {
      const file = fileOf(key)
      const partial = path.join(directory, partialFolder, createId())
      try {
        await mkdir(path.dirname(partial), { recursive: true })
        sweeping ??= sweepPartials(path.dirname(partial))
        await sweeping
        const sizeBytes = await writeSynced(partial, content)
        const made = await mkdir(path.dirname(file), { recursive: true })
        await rename(partial, file)
        await syncFolders(path.dirname(file), made === undefined ? undefined : path.dirname(made))
        return { key, sizeBytes }
      } catch (error) {
        await rm(partial, { force: true })
        throw toFailure(error, key)
      }
    },
    async get(key) {
      const summary = await head(key)
      if (!summary) return undefined
      const handle = await open(fileOf(key)).catch(missing)
      if (!handle) return undefined
      // the size of the file that is open, should it have been replaced since
      const { size } = await handle.stat()
      const stream = createReadStream('', { fd: handle, autoClose: true, highWaterMark: readBytes })
      return { key, sizeBytes: size, body: Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array> }
    },
    async delete(key) {
      await rm(fileOf(key), { force: true }).catch(missing)
    },
    list: prefix => walk(directory, '', prefix),
  }
}

/** Walks in byte order of the whole keys: a folder counts as its name with the `/` that follows. */
async function* walk(directory: string, folder: string, prefix: string): AsyncGenerator<ObjectSummary> {
  const entries = (await readdir(path.join(directory, folder), { withFileTypes: true }).catch(missing)) ?? []
  const named = entries
    .filter(entry => !entry.name.startsWith('.'))
    .map(entry => ({ entry, key: folder + entry.name + (entry.isDirectory() ? '/' : '') }))
    .filter(({ key }) => key.startsWith(prefix) || prefix.startsWith(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  for (const { entry, key } of named) {
    if (entry.isDirectory()) yield* walk(directory, key, prefix)
    else if (key.startsWith(prefix)) {
      const found = await stat(path.join(directory, key)).catch(missing)
      if (found) yield { key, sizeBytes: found.size }
    }
  }
}

/** Deletes what a crash has left: whoever still writes to one, on whatever machine, has done so since. */
async function sweepPartials(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const partial = path.join(folder, name)
    const found = await stat(partial).catch(missing)
    if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(partial, { force: true })
  }
}

async function writeSynced(
  file: string,
  content: Uint8Array | string | ReadableStream<Uint8Array>,
): Promise<number> {
  const handle = await open(file, 'wx')
  try {
    if (content instanceof ReadableStream) {
      for await (const chunk of content) await handle.writeFile(chunk)
    } else await handle.writeFile(content)
    await handle.sync()
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

/** A rename is lasting only when its folder is synced, and a new folder only when the one above is. */
async function syncFolders(folder: string, topmost: string | undefined): Promise<void> {
  for (let current = folder; ; current = path.dirname(current)) {
    const handle = await open(current)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (topmost === undefined || current === topmost || current === path.dirname(current)) return
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

function toFailure(error: unknown, key: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENOTEMPTY') {
    return new Failure(
      'conflict',
      `${key} cannot be stored: it is a folder of other keys, or below one that is an object.`,
      {
        cause: error,
      },
    )
  }
  if (code === 'EROFS' || code === 'EACCES') {
    return new Failure(
      'storage_unavailable',
      `The object store cannot be written (${code}): fix its permissions.`,
      { cause: error },
    )
  }
  return nameFullDisk(
    error,
    'The folder of the object store',
    'Nothing of the object was kept; free space, and try again.',
  )
}
