import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { createId, Failure } from '../../../foundation/platform/index.ts'
import { readStored } from '../files/read-file.ts'
import { hashFile } from '../files/store-file.ts'
import type { ModelFile, ModelVersion } from '../model.ts'
import type { RegistryContext } from '../registry-context.ts'

/** Versions as files of this machine, for engines: in the clear, readable for the server's user alone. */
export interface LocalCopies {
  /**
   * Brings files of a version here and resolves with their folder. What is there from before is hashed again, once for each
   * process, and fetched anew where it is damaged. Throws a `Failure`.
   */
  bring(version: ModelVersion, files: readonly ModelFile[]): Promise<string>
  /** Deletes the oldest of those that are not in use, until they are no more than `mostBytes`. */
  sweep(inUse: ReadonlySet<string>, mostBytes: number): Promise<void>
}

const partial = '.partial-'

export function openLocalCopies(context: Pick<RegistryContext, 'objects'>, root: string): LocalCopies {
  /** Folders whose files have been hashed by this process. */
  const verified = new Set<string>()

  async function fetchFile(version: ModelVersion, file: ModelFile, target: string): Promise<void> {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
    const handle = await open(target, 'wx', 0o600)
    try {
      // fails at its end where the content is not what its hash says
      for await (const piece of await readStored(context, version.tenant, file)) await handle.writeFile(piece)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async function isWhole(folder: string, files: readonly ModelFile[]): Promise<boolean> {
    for (const file of files) {
      const place = path.join(folder, file.path)
      if ((await stat(place).catch(() => undefined))?.size !== file.bytes) return false
      if ((await hashFile(place)).sha256 !== file.sha256) return false
    }
    return true
  }

  return {
    async bring(version, files) {
      const names = createHash('sha256')
        .update(files.map(file => file.path).join('\0'))
        .digest('hex')
      const folder = path.join(root, version.tenant, `${version.digest}-${names.slice(0, 8)}`)
      if (verified.has(folder)) return folder
      if (!(await isWhole(folder, files))) {
        const fresh = path.join(root, version.tenant, `${partial}${createId()}`)
        try {
          for (const file of files) await fetchFile(version, file, path.join(fresh, file.path))
          await rm(folder, { recursive: true, force: true })
          await rename(fresh, folder)
        } catch (error) {
          await rm(fresh, { recursive: true, force: true })
          throw toFailure(error)
        }
      }
      verified.add(folder)
      return folder
    },
    async sweep(inUse, mostBytes) {
      const idle: { folder: string; bytes: number; at: number }[] = []
      for (const tenant of await readdir(root).catch(() => []))
        for (const name of await readdir(path.join(root, tenant)).catch(() => [])) {
          const folder = path.join(root, tenant, name)
          if (inUse.has(folder)) continue
          if (name.startsWith(partial)) await rm(folder, { recursive: true, force: true })
          else idle.push({ folder, ...(await measure(folder)) })
        }
      let total = idle.reduce((sum, { bytes }) => sum + bytes, 0)
      for (const { folder, bytes } of idle.toSorted((left, right) => left.at - right.at)) {
        if (total <= mostBytes) return
        verified.delete(folder)
        await rm(folder, { recursive: true, force: true })
        total -= bytes
      }
    },
  }
}

async function measure(folder: string): Promise<{ bytes: number; at: number }> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(path.join(entry.parentPath, entry.name))).size
  return { bytes, at: (await stat(folder)).mtimeMs }
}

function toFailure(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new Failure(
    'storage_unavailable',
    'There is no room on the disk for a copy of the model. Free space.',
    {
      cause: error,
    },
  )
}
