import { createWriteStream } from 'node:fs'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClusterFile, ClusterJob } from './exchange-store.ts'
import { type Exchange, folderOf } from './exchange.ts'

export interface Mirror {
  /** Lays out what has come since. */
  pull(): Promise<void>
  /** Whether the courier has said that this was all. */
  readonly isDelivered: () => boolean
}

/** Lays what pods leave into a folder on this machine, as it would be if the command had run here. */
export function createMirror(exchange: Exchange, job: ClusterJob, folder: string): Mirror {
  let after = 0
  let isDelivered = false

  const placeOf = (relative: string): string => {
    const whole = folderOf(job, relative)
    return path.join(folder, whole === undefined ? relative : `${whole}.part${relative.slice(whole.length)}`)
  }

  async function lay(file: ClusterFile): Promise<void> {
    const place = placeOf(file.path)
    await mkdir(path.dirname(place), { recursive: true })
    const body = await exchange.read(job, file)
    if (file.beginsAt !== undefined && file.beginsAt > 0) {
      const bytes = new Uint8Array(await new Response(body).arrayBuffer())
      const handle = await open(place, 'r+')
      try {
        await handle.truncate(file.beginsAt)
        await handle.write(bytes, 0, bytes.length, file.beginsAt)
      } finally {
        await handle.close()
      }
      return
    }
    await pipeline(Readable.fromWeb(body as never), createWriteStream(`${place}.arriving`))
    if (file.isRunnable) await chmod(`${place}.arriving`, 0o755)
    await rename(`${place}.arriving`, place)
  }

  async function apply(file: ClusterFile): Promise<void> {
    switch (file.kind) {
      case 'in':
        return
      case 'out':
        return await lay(file)
      case 'whole': {
        const place = path.join(folder, file.path)
        await mkdir(`${place}.part`, { recursive: true })
        await rm(place, { recursive: true, force: true })
        return await rename(`${place}.part`, place)
      }
      case 'gone':
        return await rm(path.join(folder, file.path), { recursive: true, force: true })
      case 'delivered':
        isDelivered = true
    }
  }

  return {
    isDelivered: () => isDelivered,
    async pull() {
      for (const file of await exchange.left(job, after)) {
        await apply(file)
        after = file.sequence
      }
    },
  }
}
