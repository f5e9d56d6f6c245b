import { Failure } from '../../../foundation/platform/index.ts'
import { headWidth, parameterShapes, type ModelShape } from '../model/model-shape.ts'
import type { Weights } from '../model/weights.ts'
import { createTokenizer, specialTokens, type Tokenizer } from '../tokenizer/tokenizer.ts'
import { chatTemplate } from './chat-template.ts'
import type { GgufValue } from './gguf-format.ts'
import { readGguf } from './read-gguf.ts'
import { writeGguf } from './write-gguf.ts'

/** A model as the trainer knows it. */
export interface TrainedModel {
  readonly shape: ModelShape
  readonly weights: Weights
  readonly tokenizer: Tokenizer
}

export interface ModelDescription {
  readonly name: string
  readonly description: string
  /** An SPDX identifier in lower case, e.g. `apache-2.0`. */
  readonly license: string
}

const text = (value: string): GgufValue => ({ type: 'string', value })
const count = (value: number): GgufValue => ({ type: 'uint32', value })
const real = (value: number): GgufValue => ({ type: 'float32', value })

/** The model as a GGUF file that llama.cpp loads: architecture `llama`, tokenizer `gpt2`, weights in 32-bit floats. */
export function writeModelFile(model: TrainedModel, about: ModelDescription): Uint8Array<ArrayBuffer> {
  const { shape, weights, tokenizer } = model
  const parameters = weights.reduce((sum, { length }) => sum + length, 0)
  const isSpecial = (id: number): boolean => id >= tokenizer.tokens.length - specialTokens.length
  const end = tokenizer.special('<|end|>')
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', text('llama')],
    ['general.type', text('model')],
    ['general.name', text(about.name)],
    ['general.description', text(about.description)],
    ['general.license', text(about.license)],
    ['general.size_label', text(`${(parameters / 1e6).toFixed(1)}M`)],
    ['general.file_type', count(0)],
    ['general.quantization_version', count(2)],
    ['llama.vocab_size', count(shape.vocabularySize)],
    ['llama.context_length', count(shape.contextLength)],
    ['llama.embedding_length', count(shape.width)],
    ['llama.block_count', count(shape.layers)],
    ['llama.feed_forward_length', count(shape.hiddenWidth)],
    ['llama.attention.head_count', count(shape.heads)],
    ['llama.attention.head_count_kv', count(shape.keyValueHeads)],
    ['llama.attention.layer_norm_rms_epsilon', real(shape.normEpsilon)],
    ['llama.rope.dimension_count', count(headWidth(shape))],
    ['llama.rope.freq_base', real(shape.ropeBase)],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('gpt-2')],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokenizer.tokens }],
    // 1 is text, 3 is a control token
    [
      'tokenizer.ggml.token_type',
      { type: 'int32s', value: tokenizer.tokens.map((_, id) => (isSpecial(id) ? 3 : 1)) },
    ],
    ['tokenizer.ggml.merges', { type: 'strings', value: tokenizer.merges.map(pair => pair.join(' ')) }],
    ['tokenizer.ggml.bos_token_id', count(end)],
    ['tokenizer.ggml.eos_token_id', count(end)],
    ['tokenizer.ggml.padding_token_id', count(end)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
    ['tokenizer.chat_template', text(chatTemplate)],
  ])
  const tensors = parameterShapes(shape).map(({ name, dimensions }, index) => {
    const values = weights[index]
    if (values === undefined) throw new RangeError(`The weights lack ${name}.`)
    return { name, dimensions, values }
  })
  return writeGguf({ metadata, tensors })
}

/** The model of a GGUF file that this trainer wrote. Throws `invalid_request` where the file is of another make. */
export function readModelFile(file: Uint8Array): TrainedModel {
  const { metadata, tensors } = readGguf(file)
  const number = (key: string): number => {
    const value = metadata.get(key)?.value
    if (typeof value !== 'number')
      throw new Failure(
        'invalid_request',
        `The GGUF file lacks ${key}; the trainer can start from its own models only.`,
      )
    return value
  }
  const merges = metadata.get('tokenizer.ggml.merges')
  if (metadata.get('tokenizer.ggml.pre')?.value !== 'gpt-2' || merges?.type !== 'strings') {
    throw new Failure(
      'invalid_request',
      'The GGUF file has another kind of tokenizer; the trainer can start from its own models only.',
    )
  }
  const tokenizer = createTokenizer(
    merges.value.map(merge => {
      const [left = '', right = ''] = merge.split(' ')
      return [left, right] as const
    }),
  )
  const shape: ModelShape = {
    vocabularySize: tokenizer.tokens.length,
    width: number('llama.embedding_length'),
    layers: number('llama.block_count'),
    heads: number('llama.attention.head_count'),
    keyValueHeads: number('llama.attention.head_count_kv'),
    hiddenWidth: number('llama.feed_forward_length'),
    contextLength: number('llama.context_length'),
    ropeBase: number('llama.rope.freq_base'),
    normEpsilon: number('llama.attention.layer_norm_rms_epsilon'),
  }
  const byName = new Map(tensors.map(tensor => [tensor.name, tensor]))
  const weights = parameterShapes(shape).map(({ name, dimensions }) => {
    const tensor = byName.get(name)
    if (tensor === undefined || tensor.dimensions.join() !== dimensions.join()) {
      throw new Failure(
        'invalid_request',
        `The tensor ${name} of the GGUF file is missing or of another size.`,
      )
    }
    return tensor.values
  })
  return { shape, weights, tokenizer }
}
