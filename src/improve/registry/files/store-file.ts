import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelFile } from '../model.ts'
import type { RegistryContext } from '../registry-context.ts'
import { markStored, touchObject } from '../stores/object-row-store.ts'

type Context = Pick<RegistryContext, 'database' | 'objects' | 'now' | 'onChange'>
const pieceBytes = 1024 * 1024

export function objectName(sha256: string): string {
  return `sha256-${sha256}`
}

/** Where an object lies in the store. */
export function objectKey(tenant: string, sha256: string): string {
  return `models/${tenant}/files/${sha256.slice(0, 2)}/${objectName(sha256)}`
}

/**
 * Stores a file of this machine under the SHA-256 that it is said to have, if that is not stored yet. What is read is hashed on
 * its way: content that is another fails with `invalid_request`, and nothing is stored. Never whole in memory.
 */
export async function storeFile(
  context: Context,
  tenant: string,
  file: { readonly path: string; readonly bytes: number; readonly sha256: string },
): Promise<void> {
  await storeContent(context, tenant, file, async () => readPieces(file.path))
}

/** The same of content that comes from anywhere; also its length has to be what was said. */
export async function storeContent(
  context: Context,
  tenant: string,
  { sha256, bytes }: { readonly bytes: number; readonly sha256: string },
  read: () => Promise<ReadableStream<Uint8Array>>,
): Promise<void> {
  const { database, objects } = context
  const object = { tenant, object: objectName(sha256), bytes }
  if (await touchObject(database, { ...object, now: new Date(context.now()) })) return
  const { sizeBytes } = await objects.put(tenant, objectKey(tenant, sha256), verified(await read(), sha256))
  if (sizeBytes !== bytes)
    throw new Failure(
      'invalid_request',
      `${sha256.slice(0, 12)}… has ${sizeBytes} bytes, not ${bytes}: who named it was wrong about it.`,
    )
  await markStored(database, { ...object, now: new Date(context.now()) })
  context.onChange({ kind: 'stored', bytes })
}

/** The SHA-256 and the size of a file, read once in pieces. */
export async function hashFile(
  file: string,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) {
    signal?.throwIfAborted()
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).byteLength
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** All files below a folder, by path. Links are refused: they may lead out of it. */
export async function listFolder(
  folder: string,
): Promise<{ readonly path: string; readonly file: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new Failure('not_found', `The folder ${path.basename(folder)} cannot be read.`, { cause })
  })
  const found: { path: string; file: string }[] = []
  for (const entry of entries) {
    if (entry.isDirectory()) continue
    const file = path.join(entry.parentPath, entry.name)
    const name = path.relative(folder, file).split(path.sep).join('/')
    if (!entry.isFile() || !(await lstat(file)).isFile())
      throw new Failure(
        'invalid_request',
        `${name} is no plain file; put a copy of what it stands for there.`,
      )
    found.push({ path: name, file })
  }
  return found.toSorted((left, right) => (left.path < right.path ? -1 : 1))
}

/** Hashes and stores all files below a folder; each is read once to be named and once to be stored. */
export async function storeFolder(
  context: Context,
  tenant: string,
  folder: string,
  options: {
    readonly signal?: AbortSignal | undefined
    readonly progress?: ((share: number, step: string) => void) | undefined
  } = {},
): Promise<ModelFile[]> {
  const listed = await listFolder(folder)
  const files: ModelFile[] = []
  for (const [index, { path: name, file }] of listed.entries()) {
    options.signal?.throwIfAborted()
    options.progress?.(index / listed.length, `stores ${name}`)
    const { sha256, bytes } = await hashFile(file, options.signal)
    await storeFile(context, tenant, { path: file, bytes, sha256 })
    files.push({ path: name, bytes, sha256 })
  }
  return files
}

function readPieces(file: string): ReadableStream<Uint8Array> {
  const stream = createReadStream(file, { highWaterMark: pieceBytes })
  return Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>
}

/** The stream as it is; it fails at its end where its content is not what was said. */
export function verified(stream: ReadableStream<Uint8Array>, sha256: string): ReadableStream<Uint8Array> {
  const hash = createHash('sha256')
  const reader = stream.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await reader.read()
      if (!done) {
        hash.update(value)
        return controller.enqueue(value)
      }
      const found = hash.digest('hex')
      if (found === sha256) return controller.close()
      controller.error(
        new Failure(
          'invalid_request',
          `The content has the SHA-256 ${found.slice(0, 12)}…, not ${sha256.slice(0, 12)}…: it was changed or damaged on its way. Send it again.`,
        ),
      )
    },
    cancel: reason => reader.cancel(reason),
  })
}
