import type { QuantizationType } from './quantization-types.ts'

/** What is looked at: a text, or an answer to messages, of which the answer alone counts. */
export type CheckExample =
  | { readonly text: string }
  | { readonly messages: readonly ChatTurn[]; readonly answer: string }

export interface ChatTurn {
  readonly role: string
  readonly content: string
}

interface OnModel extends OnExamples {
  readonly model: string
}

interface OnExamples {
  /** A file with a JSON list of `CheckExample`s. */
  readonly examples: string
  readonly threads: number
  /** Tokens that are looked at together; the model's own, at most 4,096, where it is left out. */
  readonly contextSize?: number
}

/** What a child process does with the native library, and then ends. */
export type NativeJob =
  | ({ readonly kind: 'importance'; readonly output: string } & OnModel)
  | {
      readonly kind: 'quantize'
      readonly from: string
      readonly to: string
      readonly type: QuantizationType
      /** An importance matrix in GGUF, as `importance` writes it. */
      readonly importance?: string
      readonly threads: number
    }
  | ({
      readonly kind: 'measure'
      /** How the keys and values of attention are held. */
      readonly cache: CacheType
      /** Of how many examples the answers are written, greedily. */
      readonly answers: number
      readonly answerTokens: number
    } & OnModel)
  | ({
      readonly kind: 'speed'
      /** All are loaded at once, and take turns. */
      readonly models: readonly { readonly file: string; readonly cache: CacheType }[]
      readonly rounds: number
      readonly tokens: number
    } & OnExamples)

export type CacheType = 'f16' | 'q8_0' | 'q4_0'

/** What the child says, a line of JSON each. */
export type NativeEvent =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** The loss of one example: nats over all of its tokens that count; `tokens` is 0 where it does not fit. */
  | { readonly kind: 'loss'; readonly index: number; readonly tokens: number; readonly loss: number }
  | { readonly kind: 'answer'; readonly index: number; readonly output: string }
  | { readonly kind: 'model'; readonly parameters: number; readonly weightBytes: number }
  /** Tokens a second, reading and writing, of the model with this index in one round. */
  | { readonly kind: 'speed'; readonly index: number; readonly reading: number; readonly writing: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
