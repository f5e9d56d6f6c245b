import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'

import type { ApiClient } from './api-client.ts'
import { CommandError } from './command-error.ts'
import { formatBytes } from './figures.ts'
import { progressBar } from './progress-bar.ts'
import { movingLine, sendPart, uploadShape } from './send-parts.ts'
import type { Terminal } from './terminal.ts'

const partBytes = 32 * 1024 * 1024

/**
 * Sends a file in parts; what the server has is not sent again, neither after a broken connection nor by the same command
 * later. Resolves with the id of the upload.
 */
export async function sendFile(
  api: ApiClient,
  terminal: Terminal,
  file: { readonly path: string; readonly purpose: string; readonly tenant: string | undefined },
  signal: AbortSignal,
): Promise<string> {
  const { size, mtimeMs } = await statFile(file.path)
  const content = await openAsBlob(file.path)
  const identity = [path.resolve(file.path), size, mtimeMs, file.purpose, file.tenant ?? ''].join('\0')
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 40)
  const place = `/api/dataset-uploads/${id}`
  const query = { tenant: file.tenant }
  const bar = movingLine(terminal)
  let sent = (await api.read(place, uploadShape, { query, signal })).bytes
  if (sent > size) {
    await api.send(place, { method: 'DELETE', query, signal })
    sent = 0
  }
  if (sent > 0) terminal.note(terminal.style.dim(`Goes on after ${formatBytes(sent)} that the server has.`))
  try {
    while (sent < size) {
      bar.show(`${progressBar(sent / size)} ${formatBytes(sent)} of ${formatBytes(size)} sent`)
      sent = await sendPart(
        { api, place, tenant: file.tenant, signal },
        sent,
        from => content.slice(from, Math.min(size, from + partBytes)),
        tries => bar.show(`The server is not reached; tries again (${tries})`),
      )
    }
  } catch (error) {
    if (!signal.aborted) throw error
    throw new CommandError('cancelled', 'Stopped; nothing was imported.', {
      mend: 'The same command goes on where it stopped.',
      cause: error,
    })
  } finally {
    bar.clear()
  }
  return id
}

async function statFile(file: string): Promise<{ size: number; mtimeMs: number }> {
  try {
    const found = await stat(file)
    if (found.isFile()) return found
    throw new CommandError('not_readable', `${file} is no file.`, {
      mend: 'Name a file or a folder.',
    })
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError('not_readable', `The file ${file} cannot be read.`, { cause: error })
  }
}
