import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'

import { CommandError } from '../command-error.ts'
import { formatBytes } from '../figures.ts'
import { progressBar } from '../progress-bar.ts'
import { movingLine, retrying, sendPart } from '../send-parts.ts'
import type { Session } from '../session.ts'
import type { LocalFile } from './list-model-files.ts'
import { fileStateShape } from './model-wire.ts'

const partBytes = 32 * 1024 * 1024
const pieceBytes = 1024 * 1024

export interface SentFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/**
 * Hashes each file and sends it under its hash, in parts; what the server has of it is not sent again, neither after a broken
 * connection nor by the same command later. Resolves with what a version is made of.
 */
export async function sendModelFiles(
  { api, terminal }: Session,
  files: readonly LocalFile[],
  tenant: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly files: SentFile[]; readonly sentBytes: number }> {
  const bar = movingLine(terminal)
  const query = { tenant }
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const sent: SentFile[] = []
  let hashed = 0
  let done = 0
  let sentBytes = 0
  const onWait = (tries: number): void => bar.show(`The server is not reached; tries again (${tries})`)
  const show = (what: string, count: number): void =>
    bar.show(
      `${progressBar(count / Math.max(total, 1))} ${formatBytes(count)} of ${formatBytes(total)} ${what}`,
    )
  try {
    const known: (LocalFile & SentFile)[] = []
    for (const file of files) {
      const sha256 = await hashOf(file.file, signal, bytes => {
        hashed += bytes
        show('hashed', hashed)
      })
      known.push({ ...file, sha256 })
    }
    for (const { path, file, bytes, sha256 } of known) {
      const place = `/api/model-files/${sha256}`
      const read = (method: 'GET' | 'POST') =>
        retrying(signal, onWait, () => api.read(place, fileStateShape, { method, query, signal }))
      const before = await read('GET')
      if (!before.is_stored) {
        const content = await openAsBlob(file)
        let at = before.bytes
        while (at < bytes) {
          show(`sent, ${path}`, done + at)
          const next = await sendPart(
            { api, place, tenant, signal },
            at,
            from => content.slice(from, Math.min(bytes, from + partBytes)),
            onWait,
          )
          sentBytes += Math.max(0, next - at)
          at = next
        }
        // an empty file has no part
        if (bytes === 0) await sendPart({ api, place, tenant, signal }, 0, () => new Blob([]), onWait)
        show(`sent, ${path} is being stored`, done + bytes)
        await read('POST')
      }
      done += bytes
      sent.push({ path, bytes, sha256 })
    }
    return { files: sent, sentBytes }
  } catch (error) {
    if (!signal.aborted) throw error
    throw new CommandError('cancelled', 'Stopped; no version was made.', {
      mend: 'The same command goes on where it stopped.',
      cause: error,
    })
  } finally {
    bar.clear()
  }
}

/** The SHA-256 of a file, read in pieces. */
export async function hashOf(
  file: string,
  signal: AbortSignal,
  onPiece: (bytes: number) => void = () => undefined,
): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) {
    signal.throwIfAborted()
    hash.update(piece as Buffer)
    onPiece((piece as Buffer).byteLength)
  }
  return hash.digest('hex')
}
