import { createHash } from 'node:crypto'
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { createId, Failure, type Logger, nameFullDisk } from '../../../foundation/platform/index.ts'
import type { SealedObjects } from '../../../govern/privacy/index.ts'
import { keptFolder } from '../kept/kept-files.ts'

/**
 * Objects of versions as files on this machine, up to a size; those in use stay whatever their size. What was worked out from
 * the rows of one lies beside it, counts with it and goes with it.
 */
export interface SegmentCache {
  /**
   * Brings objects here and calls `work` with where they lie, in their order; they stay until it ends. Throws
   * `storage_unavailable` where one is gone or damaged.
   */
  hold<Result>(
    tenant: string,
    objects: readonly string[],
    work: (files: string[]) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
  /** Takes in a file that was made here, and what is kept beside it, so that it need not be fetched; it is gone there. */
  adopt(tenant: string, object: string, file: string): Promise<void>
  /** Forgets an object that was deleted. */
  drop(tenant: string, object: string): Promise<void>
  bytes(): number
}

interface Entry {
  bytes: number
  holders: number
  usedAt: number
}

export function segmentKey(tenant: string, object: string): string {
  return `datasets/${tenant}/segments/${object.slice(7, 9)}/${object}`
}

/** Opens the folder with what is left in it from before. */
export async function openSegmentCache(options: {
  readonly folder: string
  readonly objects: SealedObjects
  readonly mostBytes: () => number
  readonly logger: Logger
}): Promise<SegmentCache> {
  const { folder, objects, mostBytes, logger } = options
  const entries = new Map<string, Entry>()
  const fetching = new Map<string, Promise<void>>()
  let total = 0
  let clock = 0

  const nameOf = (tenant: string, object: string): string => `${tenant}/${object}.parquet`
  const fileOf = (name: string): string => path.join(folder, name)

  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const tenant of await readdir(folder)) {
    if (tenant.startsWith('.')) continue
    for (const file of await readdir(path.join(folder, tenant))) {
      const name = `${tenant}/${file}`
      if (!file.startsWith('sha256-')) {
        await rm(fileOf(name), { recursive: true, force: true })
        continue
      }
      if (!file.endsWith('.parquet')) continue
      const bytes = await sizeOf(fileOf(name))
      entries.set(name, { bytes, holders: 0, usedAt: 0 })
      total += bytes
    }
  }

  for (const tenant of await readdir(folder))
    for (const kept of (await readdir(path.join(folder, tenant))).filter(each => each.endsWith('.kept')))
      if (!entries.has(`${tenant}/${kept.replace(/\.kept$/, '.parquet')}`))
        await rm(path.join(folder, tenant, kept), {
          recursive: true,
          force: true,
        })

  function note(name: string, bytes: number): void {
    total += bytes - (entries.get(name)?.bytes ?? 0)
    const holders = entries.get(name)?.holders ?? 0
    entries.set(name, { bytes, holders, usedAt: (clock += 1) })
  }

  async function makeRoom(): Promise<void> {
    const idle = [...entries]
      .filter(([, { holders }]) => holders === 0)
      .sort(([, a], [, b]) => a.usedAt - b.usedAt)
    for (const [name, entry] of idle) {
      if (total <= mostBytes()) return
      if (entries.get(name) !== entry || entry.holders > 0) continue
      entries.delete(name)
      total -= entry.bytes
      await deleteFiles(fileOf(name)).catch((error: unknown) =>
        logger.warn({ err: error }, 'A cached segment could not be deleted.'),
      )
    }
  }

  async function fetchObject(tenant: string, object: string, name: string): Promise<void> {
    const found = await objects.get(tenant, segmentKey(tenant, object))
    if (!found)
      throw new Failure(
        'storage_unavailable',
        `A part of this version (${object.slice(0, 19)}…) is not in the object store, or the key that opens it was shredded.`,
      )
    const partial = fileOf(`${tenant}/partial-${createId()}`)
    await mkdir(path.dirname(partial), { recursive: true, mode: 0o700 })
    const handle = await open(partial, 'wx', 0o600)
    try {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const chunk of found.body) {
        hash.update(chunk)
        bytes += chunk.byteLength
        await handle.writeFile(chunk)
      }
      if (`sha256-${hash.digest('hex')}` !== object)
        throw new Failure(
          'storage_unavailable',
          `A part of this version (${object.slice(0, 19)}…) is damaged in the object store.`,
        )
      await rename(partial, fileOf(name))
      note(name, bytes)
    } catch (error) {
      await rm(partial, { force: true })
      throw nameFullDisk(
        error,
        'The cache of segments',
        'Free space there, or lower `datasets.cacheMegabytes`.',
      )
    } finally {
      await handle.close()
    }
  }

  async function ensure(tenant: string, object: string): Promise<void> {
    const name = nameOf(tenant, object)
    if (entries.has(name)) return
    const running = fetching.get(name)
    if (running) return await running
    const promise = fetchObject(tenant, object, name)
    fetching.set(name, promise)
    try {
      await promise
    } finally {
      fetching.delete(name)
    }
  }

  return {
    bytes: () => total,
    async hold(tenant, held, work, signal) {
      const names: string[] = []
      try {
        for (const object of held) {
          signal?.throwIfAborted()
          const name = nameOf(tenant, object)
          // nothing may come between looking and holding
          while (!entries.has(name)) await ensure(tenant, object)
          const entry = entries.get(name)
          if (entry) {
            entry.holders += 1
            entry.usedAt = clock += 1
          }
          names.push(name)
        }
        await makeRoom()
        return await work(names.map(fileOf))
      } finally {
        for (const name of names) {
          const entry = entries.get(name)
          if (!entry) continue
          entry.holders -= 1
          // something may have been worked out
          const bytes = await sizeOf(fileOf(name))
          total += bytes - entry.bytes
          entry.bytes = bytes
        }
        await makeRoom()
      }
    },
    async adopt(tenant, object, file) {
      const name = nameOf(tenant, object)
      if (entries.has(name)) return await deleteFiles(file)
      await mkdir(path.dirname(fileOf(name)), { recursive: true, mode: 0o700 })
      await rename(file, fileOf(name)).catch(async () => await copyFile(file, fileOf(name)))
      // without it, it is made again
      await rename(keptFolder(file), keptFolder(fileOf(name))).catch(() => undefined)
      await deleteFiles(file)
      note(name, await sizeOf(fileOf(name)))
    },
    async drop(tenant, object) {
      const name = nameOf(tenant, object)
      const entry = entries.get(name)
      if (!entry || entry.holders > 0) return
      entries.delete(name)
      total -= entry.bytes
      await deleteFiles(fileOf(name))
    },
  }
}

async function deleteFiles(file: string): Promise<void> {
  await rm(file, { force: true })
  await rm(keptFolder(file), { recursive: true, force: true })
}

/** Of a file and of what is kept beside it. */
async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file)
  const kept = await readdir(keptFolder(file)).catch(() => [])
  const sizes = await Promise.all(
    kept.map(async name => (await stat(path.join(keptFolder(file), name)).catch(() => undefined))?.size ?? 0),
  )
  return sizes.reduce((sum, each) => sum + each, size)
}
