import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { constants, createGzip, createZstdCompress } from 'node:zlib'
import { Failure } from '../../../foundation/platform/index.ts'
import type { VersionFiles } from '../datasets.ts'
import type { SplitsDefinition } from '../definition.ts'
import { count, excerpt } from '../formats/file-fault.ts'
import type { Compression } from '../formats/format.ts'
import { writeLines } from '../formats/read-json-lines.ts'
import { lockDown } from '../worker/open-duckdb.ts'
import { sayWhatIsWrong } from '../worker/read-rows.ts'
import { cellJson, createVersionView, quoteText, readNumbers, rowJson, splitOf } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { cleanPath } from './archive-paths.ts'
import { fileColumnNames, sidecarName } from './file-columns.ts'
import type { PackFiles } from './pack-index.ts'
import { findFiles, PackReader, type StoredFile } from './read-packs.ts'
import { TarWriter } from './write-tar.ts'

export interface WriteFiles {
  readonly files: VersionFiles
  readonly packs: readonly PackFiles[]
  readonly split?: { readonly name: string; readonly splits: SplitsDefinition } | undefined
  /** A condition on the columns. */
  readonly where?: string | undefined
  readonly to:
    | { readonly kind: 'folder'; readonly folder: string }
    | { readonly kind: 'tar'; readonly file: string; readonly compression: Compression }
}

export interface WrittenFiles {
  readonly files: number
  /** Of the files' contents. */
  readonly bytes: number
  /** Of the archive, as it lies there. */
  readonly archiveBytes: number
}

const turnFiles = 500
const turnBytes = 16 * 1024 * 1024

/** Writes the files of a version into a folder or a tar, each held against its SHA-256, and what else its rows say beside them. */
export async function writeFiles(parameters: WriteFiles, context: DataTaskContext): Promise<WrittenFiles> {
  const { duckdb, signal, progress, scratch } = context
  const { files, packs, split, where, to } = parameters
  const { schema } = files
  const sidecar = path.join(scratch, sidecarName)
  await createVersionView(duckdb, 'rows', files)
  // the condition is SQL of whoever asks
  if (where !== undefined)
    await lockDown(duckdb, [
      ...files.segments.map(({ file }) => file),
      ...packs.map(({ index }) => index),
      sidecar,
    ])
  const conditions = [
    ...(split ? [`${splitOf(split.splits, schema)} = ${quoteText(split.name)}`] : []),
    ...(where === undefined ? [] : [`(${where}\n)`]),
  ]
  const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  try {
    await duckdb.run(
      `CREATE TEMP TABLE chosen AS SELECT path, bytes, sha256, _segment, _position FROM rows ${filter}`,
    )
  } catch (error) {
    if (where === undefined || !(error instanceof Error)) throw error
    throw sayWhatIsWrong(error, 'where')
  }
  const [all = 0] = await readNumbers(duckdb, 'SELECT count(*) FROM chosen')
  const others = schema.columns.filter(({ name }) => !fileColumnNames.has(name))
  if (others.length > 0)
    await writeLines(
      `SELECT '{"file_name":' || ${cellJson({ name: 'path', type: 'string' }, 'rows')} || ',' || ltrim(${rowJson(others, 'rows')}, '{') FROM rows SEMI JOIN chosen USING (_segment, _position) ORDER BY path`,
      sidecar,
      context,
    )
  const packed = to.kind === 'tar' && to.compression !== 'none'
  const tar =
    to.kind === 'tar' ? new TarWriter(packed ? path.join(scratch, 'files.tar') : to.file) : undefined
  const target = tar ? intoTar(tar) : intoFolder(to.kind === 'folder' ? to.folder : '')
  using reader = new PackReader(packs)
  const done = { files: 0, bytes: 0, turn: 0 }
  try {
    if (others.length > 0) {
      target(sidecarName, statSync(sidecar).size, piecesOf(sidecar))
    }
    for await (const file of findFiles(duckdb, 'chosen', packs)) {
      target(pathOf(file), file.bytes, reader.read(file))
      done.files += 1
      done.bytes += file.bytes
      done.turn += file.bytes
      if (done.files % turnFiles !== 0 && done.turn < turnBytes) continue
      done.turn = 0
      progress(done.files / all, `${count(done.files)} files`)
      await nextTurn()
      signal.throwIfAborted()
    }
    tar?.end()
  } finally {
    tar?.close()
  }
  if (to.kind === 'folder') return { files: done.files, bytes: done.bytes, archiveBytes: 0 }
  if (packed) {
    progress(0.99, 'packs')
    const packer =
      to.compression === 'gzip'
        ? createGzip()
        : createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
    await pipeline(
      createReadStream(path.join(scratch, 'files.tar'), { highWaterMark: 1024 * 1024 }),
      packer,
      createWriteStream(to.file, { flags: 'wx', mode: 0o600 }),
      { signal },
    )
  }
  return { files: done.files, bytes: done.bytes, archiveBytes: statSync(to.file).size }
}

function* piecesOf(file: string): Generator<Buffer> {
  const handle = openSync(file, 'r')
  const buffer = Buffer.alloc(256 * 1024)
  try {
    for (;;) {
      const read = readSync(handle, buffer)
      if (read === 0) return
      yield buffer.subarray(0, read)
    }
  } finally {
    closeSync(handle)
  }
}

type Target = (name: string, bytes: number, content: Iterable<Buffer>) => void

function intoTar(tar: TarWriter): Target {
  return (name, bytes, content) => tar.add(name, bytes, content)
}

function intoFolder(folder: string): Target {
  const made = new Set<string>()
  return (name, _, content) => {
    const file = path.join(folder, name)
    const parent = path.dirname(file)
    if (!made.has(parent)) mkdirSync(parent, { recursive: true, mode: 0o700 })
    made.add(parent)
    const handle = openSync(file, 'wx', 0o600)
    try {
      for (const piece of content) for (let at = 0; at < piece.length;) at += writeSync(handle, piece, at)
    } catch (error) {
      throw noRoom(error)
    } finally {
      closeSync(handle)
    }
  }
}

function noRoom(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new Failure('storage_unavailable', 'There is no room on the disk for the files.', { cause: error })
}

/** Rows can be written by hand: what leads out of the folder is not written. */
function pathOf({ path: name }: StoredFile): string {
  const clean = cleanPath(name, { entry: 0, byte: 0 })
  if (clean === name) return name
  throw new Failure(
    'invalid_request',
    `The path ${excerpt(name, 80)} is not as it has to be; nothing was written.`,
  )
}
