import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Failure, nameFullDisk } from '../../../foundation/platform/index.ts'

/** Files on their way in and out, beside the object store; all processes of a server share the folder. */
export interface TransferFolder {
  /** How many bytes of an upload have come; `undefined` where it is not known. */
  sizeOf(tenant: string, id: string): Promise<number | undefined>
  /**
   * Writes what comes behind what has come; resolves with how much that is. Throws `conflict` where `offset` is not how much has
   * come, `body_too_large`, `body_too_slow`, and `storage_unavailable` where the disk is full.
   */
  append(
    tenant: string,
    id: string,
    offset: number,
    body: ReadableStream<Uint8Array> | null,
    limits: { readonly mostBytes: number; readonly patienceMs?: number },
  ): Promise<number>
  /** Where an upload lies. Throws `not_found`. */
  uploaded(tenant: string, id: string): Promise<string>
  deleteUpload(tenant: string, id: string): Promise<void>
  /** The folder of one export. */
  exportFolder(tenant: string, id: string): string
  readExport(
    tenant: string,
    id: string,
  ): Promise<{ body: ReadableStream<Uint8Array>; bytes: number } | undefined>
  deleteExport(tenant: string, id: string): Promise<void>
  /** Deletes what nobody has come back for. */
  sweep(nowMs: number): Promise<void>
}

const usualPatienceMs = 60_000
const keptMs = 24 * 3_600_000
/** What an export is called in its folder. */
export const exportName = 'export'

export function createTransferFolder(
  root: string,
  whatIsTooLarge = 'Split it, or pack it with gzip or zstd, or raise `datasets.uploadMegabytes`.',
): TransferFolder {
  const uploadOf = (tenant: string, id: string): string => path.join(root, 'uploads', tenant, id)
  const exportOf = (tenant: string, id: string): string => path.join(root, 'exports', tenant, id)

  async function sizeOf(tenant: string, id: string): Promise<number | undefined> {
    return (await stat(uploadOf(tenant, id)).catch(missing))?.size
  }

  return {
    sizeOf,
    async append(tenant, id, offset, body, { mostBytes, patienceMs = usualPatienceMs }) {
      const has = (await sizeOf(tenant, id)) ?? 0
      if (has !== offset)
        throw new Failure(
          'conflict',
          `The upload has ${has} bytes, so it goes on at ${has} and not at ${offset}.`,
          {
            details: { parameter: 'offset' },
          },
        )
      const file = uploadOf(tenant, id)
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      const handle = await open(file, 'a', 0o600)
      let size = has
      try {
        for await (const chunk of inTime(body, patienceMs)) {
          if (size + chunk.byteLength > mostBytes)
            throw new Failure(
              'body_too_large',
              `A file may have ${mostBytes} bytes at most. ${whatIsTooLarge}`,
            )
          await handle.writeFile(chunk)
          size += chunk.byteLength
        }
      } catch (error) {
        throw toFailure(error)
      } finally {
        await handle.close()
      }
      return size
    },
    async uploaded(tenant, id) {
      if ((await sizeOf(tenant, id)) !== undefined) return uploadOf(tenant, id)
      throw new Failure(
        'not_found',
        `There is no upload ${id}: it was used, or nobody came back for it. Send the file again.`,
        {
          details: { parameter: 'upload' },
        },
      )
    },
    deleteUpload: async (tenant, id) => await rm(uploadOf(tenant, id), { force: true }),
    exportFolder: exportOf,
    async readExport(tenant, id) {
      const file = path.join(exportOf(tenant, id), exportName)
      const found = await stat(file).catch(missing)
      if (!found) return undefined
      const stream = createReadStream(file, { highWaterMark: 256 * 1024 })
      return { body: Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>, bytes: found.size }
    },
    deleteExport: async (tenant, id) => await rm(exportOf(tenant, id), { recursive: true, force: true }),
    async sweep(nowMs) {
      for (const kind of ['uploads', 'exports'])
        for (const tenant of (await readdir(path.join(root, kind)).catch(missing)) ?? [])
          for (const name of (await readdir(path.join(root, kind, tenant)).catch(missing)) ?? []) {
            const place = path.join(root, kind, tenant, name)
            const found = await stat(place).catch(missing)
            if (found && nowMs - found.mtimeMs > keptMs) await rm(place, { recursive: true, force: true })
          }
    },
  }
}

/** Whoever holds a connection and sends nothing is not waited for without end. */
async function* inTime(
  body: ReadableStream<Uint8Array> | null,
  patienceMs: number,
): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  try {
    for (;;) {
      const { promise, reject } = Promise.withResolvers<never>()
      const timer = setTimeout(
        () =>
          reject(
            new Failure('body_too_slow', `Nothing came for ${patienceMs / 1_000} s. Go on where it stopped.`),
          ),
        patienceMs,
      )
      try {
        const { value, done } = await Promise.race([reader.read(), promise])
        if (done) return
        yield value
      } finally {
        clearTimeout(timer)
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

function toFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  if (error.name === 'AbortError' || code === 'ECONNRESET')
    return new Failure(
      'client_closed',
      'The connection ended before the file had come whole. Go on where it stopped.',
      {
        cause: error,
      },
    )
  return nameFullDisk(
    error,
    'The folder of uploads',
    'Free space, and send the file again: it goes on where it stopped.',
  )
}
