import { z } from 'zod'
import type { ModelFacts } from '../model.ts'
import { ByteSource } from './byte-source.ts'

const longestHeader = 128 * 1024 * 1024

const configShape = z.looseObject({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  torch_dtype: z.string().nullish(),
  dtype: z.string().nullish(),
  max_position_embeddings: z.number().nullish(),
  n_positions: z.number().nullish(),
  _name_or_path: z.string().nullish(),
  quantization_config: z
    .looseObject({ quant_method: z.string().optional(), bits: z.number().optional() })
    .nullish(),
})

/** What a `config.json` of transformers says. Throws where it is no JSON object of that kind. */
export function readConfigJson(text: string): ModelFacts {
  const config = configShape.parse(JSON.parse(text))
  const quantized = config.quantization_config
  const method = quantized?.quant_method ?? (quantized ? 'quantized' : undefined)
  return {
    architecture: config.architectures?.[0] ?? config.model_type,
    quantization:
      method === undefined
        ? (config.torch_dtype ?? config.dtype ?? undefined)?.toUpperCase()
        : `${method}${quantized?.bits === undefined ? '' : ` ${quantized.bits} bit`}`,
    contextLength: config.max_position_embeddings ?? config.n_positions ?? undefined,
    name: config._name_or_path?.slice(0, 200) || undefined,
  }
}

const tensorShape = z.looseObject({ dtype: z.string(), shape: z.array(z.int().min(0)) })

/** How many numbers a safetensors file holds, and in which type most of them are. Reads no more than its header. */
export async function readSafetensorsHeader(
  stream: ReadableStream<Uint8Array>,
): Promise<{ readonly parameters: number; readonly type: string | undefined }> {
  const source = new ByteSource(stream)
  try {
    const length = Number((await source.take(8)).readBigUInt64LE())
    if (length > longestHeader) throw new RangeError('The header is longer than one can be.')
    const header = JSON.parse((await source.take(length)).toString('utf8')) as Record<string, unknown>
    const byType = new Map<string, number>()
    for (const [name, value] of Object.entries(header)) {
      if (name === '__metadata__') continue
      const { dtype, shape } = tensorShape.parse(value)
      const size = shape.reduce((product, dimension) => product * dimension, 1)
      byType.set(dtype, (byType.get(dtype) ?? 0) + size)
    }
    const [most] = [...byType].toSorted(([, left], [, right]) => right - left)
    return { parameters: [...byType.values()].reduce((sum, size) => sum + size, 0), type: most?.[0] }
  } finally {
    await source.close()
  }
}
