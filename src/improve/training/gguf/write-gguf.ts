import {
  ggufAlignment,
  ggufMagic,
  ggufVersion,
  tensorCodes,
  valueCodes,
  type GgufFile,
  type GgufValue,
} from './gguf-format.ts'

/** The bytes of a GGUF file, little endian; tensors as 32-bit floats. */
export function writeGguf({ metadata, tensors }: GgufFile): Uint8Array<ArrayBuffer> {
  const head = createWriter()
  head.bytes(new TextEncoder().encode(ggufMagic))
  head.uint32(ggufVersion)
  head.uint64(tensors.length)
  head.uint64(metadata.size)
  for (const [key, value] of metadata) {
    head.string(key)
    writeValue(head, value)
  }
  let offset = 0
  for (const { name, dimensions, values } of tensors) {
    head.string(name)
    head.uint32(dimensions.length)
    for (const dimension of dimensions.toReversed()) head.uint64(dimension)
    head.uint32(tensorCodes.float32)
    head.uint64(offset)
    offset += align(values.byteLength)
  }

  const start = align(head.length())
  const file = new Uint8Array(start + offset)
  file.set(head.finish())
  let at = start
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += align(values.byteLength)
  }
  return file
}

function align(bytes: number): number {
  return Math.ceil(bytes / ggufAlignment) * ggufAlignment
}

function writeValue(writer: Writer, { type, value }: GgufValue): void {
  switch (type) {
    case 'uint32':
      writer.uint32(valueCodes.uint32)
      return writer.uint32(value)
    case 'float32':
      writer.uint32(valueCodes.float32)
      return writer.float32(value)
    case 'bool':
      writer.uint32(valueCodes.bool)
      return writer.bytes(Uint8Array.of(value ? 1 : 0))
    case 'string':
      writer.uint32(valueCodes.string)
      return writer.string(value)
    case 'strings':
      writer.arrayOf(valueCodes.string, value.length)
      return value.forEach(writer.string)
    case 'int32s':
      writer.arrayOf(valueCodes.int32, value.length)
      return value.forEach(writer.int32)
  }
}

type Writer = ReturnType<typeof createWriter>

function createWriter() {
  const chunks: Uint8Array[] = []
  let length = 0
  const bytes = (chunk: Uint8Array): void => {
    chunks.push(chunk)
    length += chunk.length
  }
  const number = (size: number, write: (view: DataView) => void): void => {
    const chunk = new Uint8Array(size)
    write(new DataView(chunk.buffer))
    bytes(chunk)
  }
  const uint32 = (value: number): void => number(4, view => view.setUint32(0, value, true))
  const uint64 = (value: number): void => number(8, view => view.setBigUint64(0, BigInt(value), true))
  return {
    bytes,
    uint32,
    uint64,
    int32: (value: number): void => number(4, view => view.setInt32(0, value, true)),
    float32: (value: number): void => number(4, view => view.setFloat32(0, value, true)),
    string: (text: string): void => {
      const encoded = new TextEncoder().encode(text)
      uint64(encoded.length)
      bytes(encoded)
    },
    arrayOf: (code: number, count: number): void => {
      uint32(valueCodes.array)
      uint32(code)
      uint64(count)
    },
    length: (): number => length,
    finish: (): Uint8Array => {
      const all = new Uint8Array(length)
      let at = 0
      for (const chunk of chunks) {
        all.set(chunk, at)
        at += chunk.length
      }
      return all
    },
  }
}
