import { Template } from '@huggingface/jinja'
import { floatsAt, type Handle, type LlamaLibrary } from './llama-library.ts'
import type { CacheType, ChatTurn } from './native-job.ts'

const largestContext = 4_096
/** Numbers that one call may give back: the scores of all tokens of a batch. */
const mostScores = 16 * 1024 * 1024
/** `enum ggml_type`. */
const cacheTypes = { f16: 1, q8_0: 8, q4_0: 2 } as const satisfies Record<CacheType, number>
const flashAttention = 1

export interface ModelOptions {
  readonly threads: number
  readonly contextSize?: number
  readonly cache: CacheType
  /** Sees every tensor that is computed; from `onTensors`. */
  readonly onTensor?: Handle
}

/** A model with one sequence in memory, on the processor. */
export class NativeModel {
  readonly contextSize: number
  readonly vocabularySize: number
  readonly parameters: number
  readonly weightBytes: number
  readonly #library: LlamaLibrary
  readonly #model: Handle
  readonly #context: Handle
  readonly #vocabulary: Handle
  readonly #batchSize: number
  #template: Template | undefined
  #position = 0

  constructor(library: LlamaLibrary, file: string, options: ModelOptions) {
    this.#library = library
    const model = library.loadModel(file, { ...library.modelParams(), gpuLayers: 0 }) as Handle | null
    if (model === null) throw new Error(`llama.cpp cannot load ${file}.`)
    this.#model = model
    this.#vocabulary = library.vocabulary(model)
    this.vocabularySize = library.vocabularySize(this.#vocabulary)
    this.parameters = Number(library.parameters(model))
    this.weightBytes = Number(library.bytes(model))
    this.contextSize = options.contextSize ?? Math.min(library.trainedContext(model), largestContext)
    this.#batchSize = Math.max(
      1,
      Math.min(512, this.contextSize, Math.floor(mostScores / this.vocabularySize)),
    )
    const type = cacheTypes[options.cache]
    const context = library.openContext(model, {
      ...library.contextParams(),
      contextSize: this.contextSize,
      batchSize: this.#batchSize,
      microBatchSize: this.#batchSize,
      mostOutputsEach: 0,
      threads: options.threads,
      batchThreads: options.threads,
      keyType: type,
      valueType: type,
      ...(options.cache !== 'f16' && { flashAttention }),
      ...(options.onTensor !== undefined && { onTensor: options.onTensor }),
    }) as Handle | null
    if (context === null)
      throw new Error(
        `llama.cpp has no context of ${this.contextSize} tokens with a cache of ${options.cache} for ${file}.`,
      )
    this.#context = context
  }

  /** Whole numbers that the text is read as; what stands for special tokens in it counts as such. */
  tokenize(text: string, addSpecial: boolean): Int32Array {
    const bytes = Buffer.byteLength(text)
    const tokens = new Int32Array(bytes + 8)
    const count = this.#library.tokenize(
      this.#vocabulary,
      text,
      bytes,
      tokens,
      tokens.length,
      addSpecial,
      true,
    )
    if (count < 0) throw new Error('llama.cpp cannot tokenize a text.')
    return tokens.slice(0, count)
  }

  detokenize(tokens: readonly number[]): string {
    const piece = new Uint8Array(512)
    const parts = tokens.map(token => {
      const length = this.#library.piece(this.#vocabulary, token, piece, piece.length, 0, false)
      return Buffer.from(piece.slice(0, Math.max(0, length)))
    })
    return Buffer.concat(parts).toString('utf8')
  }

  isEnd(token: number): boolean {
    return this.#library.isEnd(this.#vocabulary, token)
  }

  get endToken(): number {
    return this.#library.endToken(this.#vocabulary)
  }

  /** The messages in the model's own form, up to where its answer begins. */
  prompt(messages: readonly ChatTurn[]): Int32Array {
    this.#template ??= new Template(this.#chatTemplate())
    const text = this.#template.render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: true,
      bos_token: this.#textOf(this.#library.beginToken(this.#vocabulary)),
      eos_token: this.#textOf(this.endToken),
    })
    return this.tokenize(text, false)
  }

  /** Forgets all that it was given. */
  clear(): void {
    this.#library.clearMemory(this.#library.memory(this.#context), true)
    this.#position = 0
  }

  get room(): number {
    return this.contextSize - this.#position
  }

  /** Reads tokens after those that it was given before; `see` gets the scores of each, which hold until the next call. */
  read(tokens: Int32Array, see: (index: number, scores: Float32Array) => void): void {
    for (let from = 0; from < tokens.length; from += this.#batchSize) {
      const part = tokens.slice(from, from + this.#batchSize)
      const status = this.#library.decode(this.#context, {
        count: part.length,
        tokens: part,
        embeddings: null,
        positions: null,
        sequenceCounts: null,
        sequences: null,
        wanted: new Int8Array(part.length).fill(1),
      })
      if (status !== 0) throw new Error(`llama.cpp cannot read ${part.length} tokens (${status}).`)
      this.#position += part.length
      const scores = floatsAt(this.#library.logits(this.#context), part.length * this.vocabularySize)
      for (let index = 0; index < part.length; index += 1)
        see(from + index, scores.subarray(index * this.vocabularySize, (index + 1) * this.vocabularySize))
    }
  }

  #textOf(token: number): string {
    return token < 0 ? '' : (this.#library.tokenText(this.#vocabulary, token) as string)
  }

  #chatTemplate(): string {
    const key = 'tokenizer.chat_template'
    const length = this.#library.metadata(this.#model, key, new Uint8Array(1), 1)
    if (length < 0) throw new Error('The model has no chat template; give examples with `text`.')
    const bytes = new Uint8Array(length + 1)
    this.#library.metadata(this.#model, key, bytes, bytes.length)
    return Buffer.from(bytes.subarray(0, length)).toString('utf8')
  }
}

/** −ln of the probability that these scores give a token. */
export function lossOf(scores: Float32Array, token: number): number {
  let most = -Infinity
  for (const score of scores) if (score > most) most = score
  let sum = 0
  for (const score of scores) sum += Math.exp(score - most)
  return most + Math.log(sum) - (scores[token] ?? -Infinity)
}

export function likeliest(scores: Float32Array): number {
  let best = 0
  for (let token = 1; token < scores.length; token += 1)
    if ((scores[token] ?? -Infinity) > (scores[best] ?? -Infinity)) best = token
  return best
}
