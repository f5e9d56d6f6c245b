import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../../foundation/platform/index.ts'
import { excerpt } from '../formats/file-fault.ts'
import { createIndexView, findPieces, type PackFiles } from './pack-index.ts'

/** A file of a version, and where its bytes lie. */
export interface StoredFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly pieces: readonly StoredPiece[]
}

export interface StoredPiece {
  /** Counted from 0, as the packs were given. */
  readonly pack: number
  readonly position: number
  readonly bytes: number
}

/** Files of the table or view `chosen (path, bytes, sha256)`, by path. */
export async function* findFiles(
  duckdb: DuckDBConnection,
  chosen: string,
  packs: readonly PackFiles[],
): AsyncGenerator<StoredFile> {
  await createIndexView(
    duckdb,
    'entries',
    packs.map(({ index }) => index),
  )
  await duckdb.run(
    `CREATE OR REPLACE TEMP TABLE wanted AS SELECT DISTINCT sha256 AS file FROM ${chosen} WHERE bytes > 0`,
  )
  await findPieces(duckdb, 'entries', 'wanted')
  const result = await duckdb.stream(
    `SELECT c.path, c.bytes, c.sha256, places.pack, places.position, p.bytes FROM ${chosen} AS c
     LEFT JOIN pieces AS p ON p.file = c.sha256 AND c.bytes > 0 LEFT JOIN places ON places.chunk = p.chunk ORDER BY c.path, p.place`,
  )
  let file: { path: string; bytes: number; sha256: string; pieces: StoredPiece[] } | undefined
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    for (const [path, bytes, sha256, pack, position, length] of chunk.getRows()) {
      if (!file || file.path !== path) {
        if (file) yield checked(file)
        file = { path: String(path), bytes: Number(bytes), sha256: String(sha256), pieces: [] }
      }
      if (pack !== null && pack !== undefined)
        file.pieces.push({ pack: Number(pack), position: Number(position), bytes: Number(length) })
    }
  }
  if (file) yield checked(file)
}

function checked(file: StoredFile): StoredFile {
  const found = file.pieces.reduce((sum, { bytes }) => sum + bytes, 0)
  if (found === file.bytes) return file
  throw new Failure(
    'storage_unavailable',
    `The content of ${excerpt(file.path, 80)} is not stored whole: ${found} of ${file.bytes} bytes are there.`,
  )
}

/** Packs that are read here and there, with blocking calls. */
export class PackReader implements Disposable {
  readonly #packs: readonly PackFiles[]
  readonly #handles = new Map<number, number>()
  #buffer = Buffer.allocUnsafe(256 * 1024)

  constructor(packs: readonly PackFiles[]) {
    this.#packs = packs
  }

  /** The bytes of a file in pieces, each good until the next one is taken. Throws `storage_unavailable` where its hash is another. */
  *read({ path, sha256, pieces }: StoredFile): Generator<Buffer> {
    const hash = createHash('sha256')
    for (const { pack, position, bytes } of pieces) {
      if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafe(bytes)
      const handle = this.#open(pack)
      let got = 0
      while (got < bytes) {
        const read = readSync(handle, this.#buffer, got, bytes - got, position + got)
        if (read === 0) break
        got += read
      }
      const piece = this.#buffer.subarray(0, got)
      hash.update(piece)
      yield piece
    }
    if (hash.digest('hex') !== sha256)
      throw new Failure(
        'storage_unavailable',
        `The content of ${excerpt(path, 80)} is damaged where it is stored.`,
      )
  }

  #open(pack: number): number {
    const known = this.#handles.get(pack)
    if (known !== undefined) return known
    const file = this.#packs[pack]?.pack
    if (file === undefined) throw new Error(`The pack ${pack} has no bytes.`)
    const handle = openSync(file, 'r')
    this.#handles.set(pack, handle)
    return handle
  }

  [Symbol.dispose](): void {
    for (const handle of this.#handles.values()) closeSync(handle)
  }
}
