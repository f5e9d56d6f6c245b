import { writeSync, openSync, closeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Column } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { count, fileFault } from '../formats/file-fault.ts'
import type { Compression, DeclaredTypes } from '../formats/format.ts'
import { unpackFile, usualUnpackLimits } from '../formats/unpack-file.ts'
import { quoteText, readNumbers } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { type ArchiveLimits, type ArchivedFile, usualArchiveLimits } from './archive.ts'
import { archiveKindOf, type ArchiveKind } from './archive-kind.ts'
import { isSidecar } from './file-columns.ts'
import { joinFileRows, type Sidecar } from './join-file-rows.ts'
import { mediaTypeOf } from './media-type.ts'
import { createIndexView, readKnown, type StagedPack, writeIndex } from './pack-index.ts'
import { PackWriter } from './pack-writer.ts'
import { readTar } from './read-tar.ts'
import { readZip } from './read-zip.ts'

export interface ImportArchive {
  /** A tar, plain or packed with gzip or zstd, or a zip. */
  readonly file: string
  readonly name: string
  /** Indexes of what is stored. */
  readonly known: readonly string[]
  /** JSON lines of `path` and `sha256`: files whose contents one of these rows has already. */
  readonly listing?: { readonly file: string; readonly rows: VersionFiles | undefined } | undefined
  readonly declared: DeclaredTypes
  /** Where rows and packs are put. */
  readonly folder: string
  readonly limits?: ArchiveLimits | undefined
}

export interface ImportedArchive {
  readonly kind: ArchiveKind
  readonly compression: Compression
  readonly file: string
  readonly rows: number
  readonly columns: readonly Column[]
  readonly packs: readonly StagedPack[]
  /** Of the archive as it came. */
  readonly sha256: string
}

/** Between two of them others may be heard. */
const turnBytes = 16 * 1024 * 1024
const turnFiles = 500

/** Reads the files of an archive into packs of chunks, and what they are called into rows. Throws `invalid_request` with the entry at fault. */
export async function importArchive(
  parameters: ImportArchive,
  context: DataTaskContext,
): Promise<ImportedArchive> {
  const { folder, limits = usualArchiveLimits } = parameters
  const { duckdb, signal, progress, scratch } = context
  await mkdir(folder, { recursive: true })
  progress(0, 'unpacks')
  const unpacked = await unpackFile(parameters.file, {
    folder: scratch,
    limits: { ...usualUnpackLimits, mostBytes: limits.mostBytes },
    signal,
  })
  const kind = await archiveKindOf(unpacked.file, parameters.name)
  if (!kind)
    throw fileFault(
      'the file is no tar and no zip. Nothing was stored.',
      'Send one of them, or a file of rows.',
    )
  await createIndexView(duckdb, 'known', parameters.known)
  const writer = new PackWriter(folder, await readKnown(duckdb, 'known'))
  const files = new LineFile(path.join(scratch, 'files.jsonl'))
  const sidecars: Sidecar[] = []
  let turn = { bytes: 0, files: 0 }
  let done = 0
  try {
    for await (const archived of kind === 'zip'
      ? readZip(unpacked.file, limits)
      : readTar(unpacked.file, limits)) {
      if (isSidecar(archived.path)) sidecars.push(await keepSidecar(archived, sidecars.length, scratch))
      else files.write(await takeFile(archived, writer))
      turn = { bytes: turn.bytes + archived.bytes, files: turn.files + 1 }
      done += archived.bytes
      if (turn.bytes < turnBytes && turn.files < turnFiles) continue
      turn = { bytes: 0, files: 0 }
      progress(0.1 + 0.7 * Math.min(1, done / Math.max(1, unpacked.bytes)), `${count(files.lines)} files`)
      await nextTurn()
      signal.throwIfAborted()
    }
  } finally {
    files.close()
  }
  const packs: StagedPack[] = []
  for (const written of writer.end()) packs.push(await writeIndex(written, duckdb))
  progress(0.85, 'writes the rows')
  const { select, columns } = await joinFileRows({ ...parameters, files: files.path, sidecars }, context)
  const staged = path.join(folder, 'rows.parquet')
  await duckdb.run(`COPY (${select}) TO ${quoteText(staged)} (FORMAT parquet, COMPRESSION snappy)`)
  const [rows = 0] = await readNumbers(
    duckdb,
    `SELECT num_rows FROM parquet_file_metadata(${quoteText(staged)})`,
  )
  if (rows === 0)
    throw fileFault('the archive holds no file. Nothing was stored.', 'Send one that holds at least one.')
  progress(1, `${count(rows)} files`)
  const { compression } = unpacked
  return { kind, compression, file: staged, rows, columns, packs, sha256: await unpacked.sha256 }
}

async function takeFile(archived: ArchivedFile, writer: PackWriter): Promise<string> {
  let mediaType = mediaTypeOf(archived.path, new Uint8Array())
  const { sha256, bytes } = await writer.add(archived.read(), head => {
    mediaType = mediaTypeOf(archived.path, head)
  })
  return JSON.stringify({ path: archived.path, bytes, sha256, media_type: mediaType })
}

async function keepSidecar(archived: ArchivedFile, index: number, scratch: string): Promise<Sidecar> {
  const file = path.join(scratch, `sidecar-${index}`)
  const handle = openSync(file, 'wx', 0o600)
  try {
    for await (const piece of archived.read())
      for (let at = 0; at < piece.length;) at += writeSync(handle, piece, at)
  } finally {
    closeSync(handle)
  }
  return { path: archived.path, file }
}

/** Lines of text, written in pieces. */
class LineFile {
  readonly path: string
  readonly #handle: number
  #waiting: string[] = []
  lines = 0

  constructor(file: string) {
    this.path = file
    this.#handle = openSync(file, 'wx', 0o600)
  }

  write(line: string): void {
    this.lines += 1
    if (this.#waiting.push(`${line}\n`) >= 1_000) this.#flush()
  }

  #flush(): void {
    const bytes = Buffer.from(this.#waiting.join(''))
    for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at)
    this.#waiting = []
  }

  close(): void {
    this.#flush()
    closeSync(this.#handle)
  }
}
