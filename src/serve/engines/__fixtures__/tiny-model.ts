import { closeSync, openSync, writeSync } from 'node:fs'

/**
 * Tiny but true Llama models in GGUF, made in milliseconds, for tests that need a real engine.
 *
 * `bigram` is a Markov chain over the bytes of `sample`: attention and feed-forward weights are zero, embeddings are
 * one-hot, and the output matrix holds log-probabilities of the next token given the last one. It writes valid UTF-8
 * and something like words. `random` has seeded random weights, so that its answer depends on the whole prompt.
 */
export interface TinyModelOptions {
  readonly weights?: 'bigram' | 'random'
  readonly trainContext?: number
  readonly layers?: number
  readonly width?: number
  readonly feedForward?: number
  readonly seed?: number
  readonly template?: string | null
  /** A bigram model that goes on until something stops it. */
  readonly isEndless?: boolean
}

/** No two of its characters share a continuation byte, so that a chain of bytes always makes whole characters. */
const sample =
  'Hello there, wörld! The order is late, so we send a refund 😀 today. Grüezi aus Köln. ' +
  'The parcel that you sent has arrived, thank you. Prices are 5 € or 10 €. Ask us anything, at any time. '

const chatTemplate =
  '{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}' +
  '{% if add_generation_prompt %}<|assistant|>{% endif %}'

const specials = ['<|begin|>', '<|end|>', '<|system|>', '<|user|>', '<|assistant|>']
const merges: readonly (readonly [string, string])[] = [
  ['t', 'h'],
  ['th', 'e'],
  ['a', 'n'],
  ['i', 's'],
]

export function writeTinyModel(path: string, options: TinyModelOptions = {}): void {
  const { weights = 'bigram', trainContext = 1024, layers = weights === 'bigram' ? 1 : 2 } = options
  const symbols = byteSymbols()
  const tokens = [...symbols, ...merges.map(([left, right]) => left + right), ...specials]
  const begin = tokens.indexOf('<|begin|>')
  const end = tokens.indexOf('<|end|>')
  const width = options.width ?? (weights === 'bigram' ? 320 : 64)
  const heads = 4
  const feedForward = options.feedForward ?? 64
  const template = options.template === undefined ? chatTemplate : options.template

  const random = gaussian(options.seed ?? 1)
  const fill = (count: number, scale: number): Float32Array =>
    weights === 'bigram'
      ? new Float32Array(count)
      : Float32Array.from({ length: count }, () => random() * scale)
  const ones = (count: number): Float32Array => new Float32Array(count).fill(1)

  const tensors: [name: string, shape: number[], data: Float32Array][] = []
  const add = (name: string, shape: number[], data: Float32Array): void =>
    void tensors.push([name, shape, data])
  const bigrams = weights === 'bigram' ? bigramWeights(tokens, width, options.isEndless === true) : undefined
  add('token_embd.weight', [width, tokens.length], bigrams?.embedding ?? fill(width * tokens.length, 1))
  for (let layer = 0; layer < layers; layer++) {
    const scale = 1 / Math.sqrt(width)
    add(`blk.${layer}.attn_norm.weight`, [width], ones(width))
    add(`blk.${layer}.attn_q.weight`, [width, width], fill(width * width, scale))
    add(`blk.${layer}.attn_k.weight`, [width, width / 2], fill((width * width) / 2, scale))
    add(`blk.${layer}.attn_v.weight`, [width, width / 2], fill((width * width) / 2, scale))
    add(`blk.${layer}.attn_output.weight`, [width, width], fill(width * width, scale))
    add(`blk.${layer}.ffn_norm.weight`, [width], ones(width))
    add(`blk.${layer}.ffn_gate.weight`, [width, feedForward], fill(width * feedForward, scale))
    add(`blk.${layer}.ffn_up.weight`, [width, feedForward], fill(width * feedForward, scale))
    add(`blk.${layer}.ffn_down.weight`, [feedForward, width], fill(width * feedForward, scale))
  }
  add('output_norm.weight', [width], ones(width))
  add('output.weight', [width, tokens.length], bigrams?.output ?? fill(width * tokens.length, 0.3))

  const metadata: [string, Value][] = [
    ['general.architecture', string('llama')],
    ['general.name', string(`tiny ${weights}`)],
    ['llama.context_length', uint32(trainContext)],
    ['llama.embedding_length', uint32(width)],
    ['llama.block_count', uint32(layers)],
    ['llama.feed_forward_length', uint32(feedForward)],
    ['llama.attention.head_count', uint32(heads)],
    ['llama.attention.head_count_kv', uint32(heads / 2)],
    ['llama.rope.dimension_count', uint32(width / heads)],
    ['llama.attention.layer_norm_rms_epsilon', float32(1e-5)],
    ['llama.vocab_size', uint32(tokens.length)],
    ['tokenizer.ggml.model', string('gpt2')],
    ['tokenizer.ggml.pre', string('default')],
    ['tokenizer.ggml.tokens', array(8, tokens.map(string))],
    [
      'tokenizer.ggml.token_type',
      array(
        5,
        tokens.map(token => uint32(specials.includes(token) ? 3 : 1)),
      ),
    ],
    [
      'tokenizer.ggml.merges',
      array(
        8,
        merges.map(pair => string(pair.join(' '))),
      ),
    ],
    ['tokenizer.ggml.bos_token_id', uint32(begin)],
    ['tokenizer.ggml.eos_token_id', uint32(end)],
    ['tokenizer.ggml.add_bos_token', { type: 7, bytes: Buffer.from([1]) }],
  ]
  if (template !== null) metadata.push(['tokenizer.chat_template', string(template)])
  writeGguf(path, metadata, tensors)
}

function bigramWeights(
  tokens: readonly string[],
  width: number,
  isEndless: boolean,
): { embedding: Float32Array; output: Float32Array } {
  const embedding = new Float32Array(width * tokens.length)
  const output = new Float32Array(width * tokens.length)
  const counts = tokens.map(() => new Float32Array(tokens.length).fill(0.001))
  const count = (from: number, to: number, amount: number): void => {
    const row = counts[from]
    if (row !== undefined) row[to] = (row[to] ?? 0) + amount
  }
  const id = (token: string): number => tokens.indexOf(token)
  const ids = encode(sample, tokens)
  for (let index = 1; index < ids.length; index++) count(ids[index - 1] ?? 0, ids[index] ?? 0, 1)
  count(id('.'), id('<|end|>'), 0.5)
  if (isEndless) for (const row of counts) row[id('<|end|>')] = 1e-12
  for (const special of specials) count(id(special), id('T'), 1)
  count(id('<|assistant|>'), id('H'), 1)
  count(id('<|assistant|>'), id('G'), 0.5)
  for (let token = 0; token < tokens.length; token++) {
    embedding[token * width + token] = 1
    const row = counts[token] ?? new Float32Array()
    const sum = row.reduce((total, value) => total + value, 0)
    for (let next = 0; next < tokens.length; next++) {
      // RMSNorm turns the one-hot embedding into sqrt(width) at one place
      output[next * width + token] = Math.log((row[next] ?? 0) / sum) / Math.sqrt(width)
    }
  }
  return { embedding, output }
}

function encode(text: string, tokens: readonly string[]): number[] {
  const symbols = byteSymbols()
  const parts = Array.from(Buffer.from(text), byte => symbols[byte] ?? '')
  for (const [left, right] of merges) {
    for (let index = 0; index + 1 < parts.length; index++) {
      if (parts[index] === left && parts[index + 1] === right) parts.splice(index, 2, left + right)
    }
  }
  return parts.map(part => tokens.indexOf(part))
}

/** GPT-2's printable stand-ins for the 256 bytes. */
function byteSymbols(): string[] {
  let extra = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCodePoint(isPrintable ? byte : extra++)
  })
}

function gaussian(seed: number): () => number {
  let state = seed >>> 0 || 1
  const uniform = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 4294967296
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

interface Value {
  readonly type: number
  readonly bytes: Buffer
}

function uint32(value: number): Value {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return { type: 4, bytes }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function float32(value: number): Value {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return { type: 6, bytes }
}

function string(value: string): Value {
  const text = Buffer.from(value)
  return { type: 8, bytes: Buffer.concat([uint64(text.length), text]) }
}

function array(type: number, values: readonly Value[]): Value {
  return {
    type: 9,
    bytes: Buffer.concat([uint32(type).bytes, uint64(values.length), ...values.map(value => value.bytes)]),
  }
}

function writeGguf(
  path: string,
  metadata: readonly [string, Value][],
  tensors: readonly [name: string, shape: number[], data: Float32Array][],
): void {
  const head: Buffer[] = [
    Buffer.from('GGUF'),
    uint32(3).bytes,
    uint64(tensors.length),
    uint64(metadata.length),
  ]
  for (const [key, value] of metadata) head.push(string(key).bytes, uint32(value.type).bytes, value.bytes)
  let offset = 0
  for (const [name, shape, data] of tensors) {
    head.push(
      string(name).bytes,
      uint32(shape.length).bytes,
      ...shape.map(uint64),
      uint32(0).bytes,
      uint64(offset),
    )
    offset += aligned(data.byteLength)
  }
  const file = openSync(path, 'w')
  const write = (bytes: Uint8Array): void => {
    writeSync(file, bytes)
    const padding = aligned(bytes.byteLength) - bytes.byteLength
    if (padding > 0) writeSync(file, Buffer.alloc(padding))
  }
  write(Buffer.concat(head))
  for (const [, , data] of tensors) write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  closeSync(file)
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 32) * 32
}
