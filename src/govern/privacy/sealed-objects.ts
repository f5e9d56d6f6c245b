import {
  Failure,
  type ObjectStore,
  type ObjectSummary,
  type StoredObject,
  streamOf,
} from '../../foundation/platform/index.ts'
import type { DataKey } from './data-key.ts'
import type { KeyRing } from './key-ring.ts'

/** An object store whose objects are sealed under keys of their tenants. Sizes are those of what was put. */
export interface SealedObjects {
  put(
    tenant: string,
    key: string,
    content: Uint8Array | string | ReadableStream<Uint8Array>,
  ): Promise<ObjectSummary>
  /** `undefined` where there is none, or its key was shredded. Objects from before they were sealed come as they are. */
  get(tenant: string, key: string): Promise<Pick<StoredObject, 'body'> | undefined>
  delete(key: string): Promise<void>
}

/** Before the id of the key; no JSON begins so. */
const mark = Buffer.from('\0slipway sealed 1\0')
const idBytes = 36
const headBytes = mark.length + idBytes
/** What is sealed at once; each has its place in the object, so none can be left out, moved or taken from another. */
const pieceBytes = 65_536
const longestPiece = pieceBytes + 64
/** What is handed on at once: a step of a stream for each piece costs more than sealing it. */
const handedBytes = 16 * pieceBytes

export function sealObjects(objects: ObjectStore, keys: KeyRing): SealedObjects {
  return {
    put: async (tenant, key, content) => {
      const dataKey = await keys.current(tenant, 'content')
      const counted = { bytes: 0 }
      const pieces = seal(content, key, dataKey, counted)
      // what is there whole is put whole: a stream of unknown length costs a store more calls
      const isStream = content instanceof ReadableStream
      await objects.put(key, isStream ? streamOf(pieces) : Buffer.concat(await Array.fromAsync(pieces)))
      return { key, sizeBytes: counted.bytes }
    },
    get: async (tenant, key) => {
      const found = await objects.get(key)
      if (!found) return undefined
      const source = new Source(found.body)
      const head = await source.take(headBytes)
      if (!head.subarray(0, mark.length).equals(mark)) return { body: streamOf(asItIs(head, source)) }
      const dataKey = await keys.find(head.subarray(mark.length).toString('latin1'))
      if (dataKey?.tenant !== tenant) {
        await source.cancel()
        return undefined
      }
      return { body: streamOf(open(source, key, dataKey)) }
    },
    delete: key => objects.delete(key),
  }
}

async function* seal(
  content: Uint8Array | string | ReadableStream<Uint8Array>,
  key: string,
  dataKey: DataKey,
  counted: { bytes: number },
): AsyncGenerator<Uint8Array> {
  yield Buffer.concat([mark, Buffer.from(dataKey.id, 'latin1')])
  const source = new Source(content instanceof ReadableStream ? content : wholeStream(Buffer.from(content)))
  let ready: Buffer[] = []
  for (let index = 0; ; index += 1) {
    const piece = await source.take(pieceBytes)
    counted.bytes += piece.length
    const isLast = piece.length < pieceBytes
    const sealed = dataKey.sealBytes(piece, placeOf(key, index, isLast))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(sealed.length)
    ready.push(length, sealed)
    if (isLast || ((index + 1) * pieceBytes) % handedBytes === 0) {
      yield Buffer.concat(ready)
      ready = []
    }
    if (isLast) return
  }
}

async function* open(source: Source, key: string, dataKey: DataKey): AsyncGenerator<Uint8Array> {
  let ready: Buffer[] = []
  try {
    for (let index = 0; ; index += 1) {
      const length = await source.take(4)
      const size = length.length === 4 ? length.readUInt32BE() : 0
      if (size === 0 || size > longestPiece) throw damaged(key)
      const sealed = await source.take(size)
      const isLast = sealed.length - overhead < pieceBytes
      let piece: Buffer
      try {
        piece = dataKey.openBytes(sealed, placeOf(key, index, isLast))
      } catch (cause) {
        throw damaged(key, cause)
      }
      ready.push(piece)
      if (isLast || ((index + 1) * pieceBytes) % handedBytes === 0) {
        yield Buffer.concat(ready)
        ready = []
      }
      if (isLast) return
    }
  } finally {
    await source.cancel()
  }
}

/** Nonce and tag. */
const overhead = 28

function placeOf(key: string, index: number, isLast: boolean): string[] {
  return ['object', key, String(index), isLast ? 'last' : 'more']
}

function damaged(key: string, cause?: unknown): Failure {
  return new Failure('storage_unavailable', `The object ${key} is damaged.`, { cause })
}

async function* asItIs(head: Buffer, source: Source): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = head; piece.length > 0; piece = await source.take(pieceBytes)) yield piece
  } finally {
    await source.cancel()
  }
}

/** Takes bytes from a stream, however it is cut. */
class Source {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #pieces: Uint8Array[] = []
  #bytes = 0
  #isEnded = false

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  /** That many, or fewer at the end. */
  async take(count: number): Promise<Buffer> {
    while (this.#bytes < count && !this.#isEnded) {
      const { value, done } = await this.#reader.read()
      if (done) {
        this.#isEnded = true
        break
      }
      this.#pieces.push(value)
      this.#bytes += value.byteLength
    }
    const [only] = this.#pieces
    const all =
      only && this.#pieces.length === 1
        ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
        : Buffer.concat(this.#pieces)
    const rest = all.subarray(count)
    this.#pieces = rest.length > 0 ? [rest] : []
    this.#bytes = rest.length
    return all.subarray(0, count)
  }

  async cancel(): Promise<void> {
    if (!this.#isEnded) await this.#reader.cancel()
  }
}

function wholeStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes)
      controller.close()
    },
  })
}
