import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

import { CommandError } from './command-error.ts'
import { datasetPath } from './dataset-reference.ts'
import { formatBytes } from './figures.ts'
import { movingLine, PartSender } from './send-parts.ts'
import type { Session } from './session.ts'
import { followDatasetTask } from './watch-dataset-task.ts'
import { datasetTaskShape } from './dataset-wire.ts'

/** Up to here a file is read in one go. */
const smallBytes = 8 * 1024 * 1024

export interface SentFolder {
  /** The upload of a tar of what is new to the branch. */
  readonly upload: string
  /** The upload of the list of what it has; `undefined` where it has nothing. */
  readonly listing: string | undefined
  readonly files: number
  readonly sentFiles: number
}

/**
 * Sends the files of a folder as a tar. Contents that the branch has already are named by their hash and not sent. Links and what else is no
 * file are refused; `.git` is left out.
 */
export async function sendFolder(
  session: Session,
  target: {
    readonly folder: string
    readonly dataset: string
    readonly branch: string
    readonly tenant: string | undefined
  },
  signal: AbortSignal,
): Promise<SentFolder> {
  const { api, terminal } = session
  // the door of the domain loads much, and few commands need it
  const { tarEnd, tarHeader, tarPadding } = await import('../../improve/datasets/index.ts')
  const files = listFiles(target.folder)
  if (files.length === 0) throw new CommandError('invalid_argument', `There is no file in ${target.folder}.`)
  const known = await readKnown(session, target, signal)
  const bar = movingLine(terminal)
  const placeOf = (id: string): string => `/api/dataset-uploads/${id}`
  const startUpload = (): { readonly id: string; readonly sender: PartSender } => {
    const id = randomBytes(20).toString('hex')
    const sender = new PartSender({ api, place: placeOf(id), tenant: target.tenant, signal }, tries =>
      bar.show(`The server is not reached; tries again (${tries})`),
    )
    return { id, sender }
  }
  const archive = startUpload()
  const listing = startUpload()
  let sentFiles = 0
  try {
    for (const [index, name] of files.entries()) {
      if (index % 500 === 0)
        bar.show(
          `${index} of ${files.length} files looked at, ${sentFiles} to send · ${formatBytes(archive.sender.sent)} sent`,
        )
      signal.throwIfAborted()
      const file = path.join(target.folder, name)
      const { size } = await sizeOf(file)
      const content = size <= smallBytes ? readSmall(file) : undefined
      const sha256 =
        known.size === 0 ? undefined : await hashOf(content ? [content] : await piecesOf(file, size))
      if (sha256 !== undefined && known.has(sha256)) {
        await listing.sender.write(Buffer.from(`${JSON.stringify({ path: name, sha256 })}\n`))
        continue
      }
      sentFiles += 1
      const bytes = content?.length ?? size
      for (const piece of tarHeader(name, bytes)) await archive.sender.write(piece)
      if (content) await archive.sender.write(content)
      else for await (const piece of await piecesOf(file, size)) await archive.sender.write(piece)
      await archive.sender.write(tarPadding(bytes))
    }
    await archive.sender.write(tarEnd)
    await archive.sender.end()
    if (sentFiles < files.length) await listing.sender.end()
  } catch (error) {
    for (const { id } of [archive, listing])
      await api
        .send(placeOf(id), { method: 'DELETE', query: { tenant: target.tenant } })
        .catch(() => undefined)
    if (!signal.aborted) throw error
    throw new CommandError('cancelled', 'Stopped; nothing was imported.', { cause: error })
  } finally {
    bar.clear()
  }
  return {
    upload: archive.id,
    listing: sentFiles < files.length ? listing.id : undefined,
    files: files.length,
    sentFiles,
  }
}

/** Paths from the folder on, in their order. */
function listFiles(folder: string): string[] {
  const found: string[] = []
  const walk = (below: string): void => {
    for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) {
        if (entry.name !== '.git') walk(name)
      } else if (entry.isFile()) found.push(name)
      else
        throw new CommandError('invalid_argument', `${path.join(folder, name)} is a link or no file.`, {
          mend: 'Leave it out, or put the file itself there.',
        })
    }
  }
  walk('')
  return found.toSorted()
}

async function sizeOf(file: string): Promise<{ size: number }> {
  try {
    return await lstat(file)
  } catch (cause) {
    throw new CommandError('not_readable', `The file ${file} cannot be read.`, { cause })
  }
}

function readSmall(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new CommandError('not_readable', `The file ${file} cannot be read.`, { cause })
  }
}

/** A large file in pieces of its own; one that changes its length meanwhile is an error. */
async function piecesOf(file: string, size: number): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file)
  return (async function* pieces() {
    try {
      for (let at = 0; at < size;) {
        const piece = Buffer.allocUnsafe(Math.min(smallBytes, size - at))
        const { bytesRead } = await handle.read(piece, 0, piece.length, at)
        if (bytesRead === 0) throw new CommandError('not_readable', `${file} changed while it was read.`)
        at += bytesRead
        yield piece.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  })()
}

async function hashOf(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** The hashes of what the branch has; none where there is no such dataset or branch. */
async function readKnown(
  session: Session,
  { dataset, branch, tenant }: { dataset: string; branch: string; tenant: string | undefined },
  signal: AbortSignal,
): Promise<Set<string>> {
  const { api } = session
  const known = new Set<string>()
  let started: z.output<typeof datasetTaskShape>
  try {
    const version = await api.read(
      `${datasetPath(dataset)}/versions/${encodeURIComponent(branch)}`,
      z.looseObject({ definition: z.looseObject({ files: z.boolean().optional() }) }),
      { query: { tenant }, signal },
    )
    if (version.definition.files !== true) return known
    started = await api.read(`${datasetPath(dataset)}/exports`, datasetTaskShape, {
      method: 'POST',
      query: { tenant },
      body: { revision: branch, format: 'jsonl' },
      signal,
    })
  } catch (error) {
    if (error instanceof CommandError && error.code === 'not_found') return known
    throw error
  }
  const { id } = await followDatasetTask(session, started.id)
  const place = `/api/dataset-exports/${id}/file`
  const response = await api.send(place, { signal, accept: 'application/octet-stream' })
  for (const [, sha256 = ''] of (await response.text()).matchAll(/"sha256":"([0-9a-f]{64})"/g))
    known.add(sha256)
  await api.send(place, { method: 'DELETE' }).catch(() => undefined)
  return known
}
