import { Failure } from '../../../foundation/platform/index.ts'
import {
  ggufAlignment,
  ggufMagic,
  ggufVersion,
  tensorCodes,
  valueCodes,
  type GgufFile,
  type GgufTensor,
  type GgufValue,
} from './gguf-format.ts'

/** Reads what `writeGguf` writes, and 16-bit floats; throws `invalid_request` with the reason for anything else. */
export function readGguf(file: Uint8Array): GgufFile {
  try {
    return parse(new Reader(file))
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      'invalid_request',
      'The GGUF file ends too early; it is cut off or damaged. Fetch it again.',
      {
        cause: error,
      },
    )
  }
}

function parse(reader: Reader): GgufFile {
  if (reader.text(4) !== ggufMagic)
    throw new Failure('invalid_request', 'This is no GGUF file: it does not start with "GGUF".')
  const version = reader.uint32()
  if (version !== ggufVersion) {
    throw new Failure(
      'invalid_request',
      `The file is GGUF version ${version}; only version ${ggufVersion} can be read.`,
    )
  }
  const tensorCount = reader.uint64()
  const metadataCount = reader.uint64()
  const metadata = new Map<string, GgufValue>()
  for (let index = 0; index < metadataCount; index += 1) {
    const key = reader.string()
    metadata.set(key, readValue(reader, key))
  }
  const infos = Array.from({ length: tensorCount }, () => {
    const name = reader.string()
    const dimensions = Array.from({ length: reader.uint32() }, () => reader.uint64()).toReversed()
    return { name, dimensions, code: reader.uint32(), offset: reader.uint64() }
  })
  const start = Math.ceil(reader.position / ggufAlignment) * ggufAlignment
  const tensors = infos.map(({ name, dimensions, code, offset }): GgufTensor => {
    const count = dimensions.reduce((product, dimension) => product * dimension, 1)
    return { name, dimensions, values: reader.floats(start + offset, count, code, name) }
  })
  return { metadata, tensors }
}

function readValue(reader: Reader, key: string): GgufValue {
  const code = reader.uint32()
  switch (code) {
    case valueCodes.uint32:
      return { type: 'uint32', value: reader.uint32() }
    case valueCodes.float32:
      return { type: 'float32', value: reader.float32() }
    case valueCodes.bool:
      return { type: 'bool', value: reader.uint8() !== 0 }
    case valueCodes.string:
      return { type: 'string', value: reader.string() }
    case valueCodes.array: {
      const element = reader.uint32()
      const length = reader.uint64()
      if (element === valueCodes.string) {
        return { type: 'strings', value: Array.from({ length }, () => reader.string()) }
      }
      if (element === valueCodes.int32) {
        return { type: 'int32s', value: Array.from({ length }, () => reader.int32()) }
      }
      break
    }
    default:
  }
  throw new Failure(
    'invalid_request',
    `The value of ${key} in the GGUF file has a type that the trainer does not read.`,
  )
}

class Reader {
  position = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }
  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }
  float32(): number {
    return this.#view.getFloat32(this.#advance(4), true)
  }
  uint64(): number {
    const value = Number(this.#view.getBigUint64(this.#advance(8), true))
    // no count, length or offset can exceed the file; a damaged one must not ask for that much memory
    if (value > this.#bytes.length) throw new RangeError(`${value} is past the end.`)
    return value
  }
  text(length: number): string {
    const from = this.#advance(length)
    if (this.position > this.#bytes.length) throw new RangeError('past the end')
    return new TextDecoder().decode(this.#bytes.subarray(from, this.position))
  }
  string(): string {
    return this.text(this.uint64())
  }

  floats(from: number, count: number, code: number, name: string): Float32Array<ArrayBuffer> {
    const width = code === tensorCodes.float32 ? 4 : 2
    if (code !== tensorCodes.float32 && code !== tensorCodes.float16) {
      throw new Failure(
        'invalid_request',
        `${name} is quantized; the trainer starts from 16- or 32-bit floats only.`,
      )
    }
    if (from + count * width > this.#bytes.length) throw new RangeError(`${name} is past the end.`)
    const raw = new ArrayBuffer(count * width)
    new Uint8Array(raw).set(this.#bytes.subarray(from, from + count * width))
    return code === tensorCodes.float32 ? new Float32Array(raw) : Float32Array.from(new Float16Array(raw))
  }

  #advance(bytes: number): number {
    const from = this.position
    this.position += bytes
    return from
  }
}
