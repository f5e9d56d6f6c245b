import type { ModelFacts } from '../model.ts'
import { ByteSource } from './byte-source.ts'

/** Longer texts, and more of anything, are of no header that was meant. */
const longestText = 16 * 1024 * 1024
const mostEntries = 1_000_000
const mostBytes = 512 * 1024 * 1024

/** Sizes of the values of GGUF by their code; a text (8) and a list (9) say theirs. */
const widths: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}
const textCode = 8
const listCode = 9

/** What `general.file_type` stands for: llama.cpp's `llama_ftype`. */
const fileTypes: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  30: 'IQ4_XS',
  31: 'IQ1_M',
  32: 'BF16',
  36: 'TQ1_0',
  37: 'TQ2_0',
  38: 'MXFP4',
}

/**
 * What the header of a GGUF file (version 2 or 3) says of it. Reads no more than the header. Throws a `RangeError` for what is no
 * GGUF file, and for one that is cut off or damaged.
 */
export async function readGgufHeader(stream: ReadableStream<Uint8Array>): Promise<ModelFacts> {
  const source = new ByteSource(stream)
  try {
    if ((await source.take(4)).toString('latin1') !== 'GGUF')
      throw new RangeError('It does not begin with GGUF.')
    const version = (await source.take(4)).readUInt32LE()
    if (version !== 2 && version !== 3)
      throw new RangeError(`It is GGUF version ${version}; 2 and 3 can be read.`)
    const tensors = await count(source, mostEntries)
    const entries = await count(source, mostEntries)
    const values = new Map<string, string | number | boolean>()
    for (let index = 0; index < entries; index += 1) {
      const key = await text(source)
      const value = await readValue(source, (await source.take(4)).readUInt32LE())
      if (value !== undefined) values.set(key, value)
    }
    let parameters = 0
    for (let index = 0; index < tensors; index += 1) {
      await text(source)
      const dimensions = (await source.take(4)).readUInt32LE()
      if (dimensions > 8) throw new RangeError('A tensor has more than 8 dimensions.')
      let size = 1
      for (let place = 0; place < dimensions; place += 1) size *= await count(source, Number.MAX_SAFE_INTEGER)
      parameters += size
      await source.skip(12)
    }
    return factsOf(values, parameters)
  } finally {
    await source.close()
  }
}

function factsOf(values: ReadonlyMap<string, string | number | boolean>, parameters: number): ModelFacts {
  const asText = (key: string): string | undefined => {
    const value = values.get(key)
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined
  }
  const asNumber = (key: string): number | undefined => {
    const value = values.get(key)
    return typeof value === 'number' ? value : undefined
  }
  const architecture = asText('general.architecture')
  const fileType = asNumber('general.file_type')
  return {
    architecture,
    parameters: parameters > 0 ? parameters : undefined,
    // the flag of a guessed type is the 11th bit
    quantization: fileType === undefined ? undefined : (fileTypes[fileType % 1024] ?? `type ${fileType}`),
    contextLength: architecture === undefined ? undefined : asNumber(`${architecture}.context_length`),
    name: asText('general.name'),
    license: asText('general.license'),
    tokenizer: asText('tokenizer.ggml.model'),
  }
}

async function readValue(source: ByteSource, code: number): Promise<string | number | boolean | undefined> {
  if (code === textCode) return await text(source)
  if (code === listCode) return await skipList(source)
  const width = widths[code]
  if (width === undefined) throw new RangeError(`A value has the unknown type ${code}.`)
  const bytes = await source.take(width)
  switch (code) {
    case 0:
      return bytes.readUInt8()
    case 1:
      return bytes.readInt8()
    case 2:
      return bytes.readUInt16LE()
    case 3:
      return bytes.readInt16LE()
    case 4:
      return bytes.readUInt32LE()
    case 5:
      return bytes.readInt32LE()
    case 6:
      return bytes.readFloatLE()
    case 7:
      return bytes.readUInt8() !== 0
    case 10:
      return Number(bytes.readBigUInt64LE())
    case 11:
      return Number(bytes.readBigInt64LE())
    default:
      return bytes.readDoubleLE()
  }
}

async function skipList(source: ByteSource): Promise<undefined> {
  const code = (await source.take(4)).readUInt32LE()
  const length = await count(source, 100_000_000)
  const width = widths[code]
  if (width !== undefined) {
    if (length * width > mostBytes) throw new RangeError('A list is longer than a header can be.')
    await source.skip(length * width)
    return undefined
  }
  if (code !== textCode) throw new RangeError('A list holds lists or what is unknown.')
  for (let index = 0; index < length; index += 1) {
    await source.skip(await count(source, longestText))
    if (source.position > mostBytes) throw new RangeError('The header does not end.')
  }
  return undefined
}

async function text(source: ByteSource): Promise<string> {
  const bytes = await source.take(await count(source, longestText))
  if (source.position > mostBytes) throw new RangeError('The header does not end.')
  return bytes.toString('utf8')
}

async function count(source: ByteSource, most: number): Promise<number> {
  const value = Number((await source.take(8)).readBigUInt64LE())
  if (value > most) throw new RangeError(`A count of ${value} cannot be.`)
  return value
}
