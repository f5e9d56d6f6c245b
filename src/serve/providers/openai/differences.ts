import type { ProviderKind } from '../../../foundation/config/index.ts'
import type { Operation } from '../upstream.ts'
import type { Foreign } from './leave-out-foreign.ts'

/** What sets one OpenAI-compatible API apart from OpenAI's own: one row per kind. */
export interface Differences {
  /** `undefined` where only the operator knows it. */
  readonly baseUrl: string | undefined
  readonly authentication: 'bearer' | 'api-key'
  /** Under which name it takes a parameter, where it is another one. */
  readonly renames?: Readonly<Record<string, string>>
  /**
   * Parameters that it would ignore without a word, with the values that ask for nothing; any other value is
   * refused here. What an upstream refuses by itself is not listed: its own message says more.
   */
  readonly ignores?: Readonly<Record<string, readonly unknown[]>>
  /**
   * `stream_options`: `forward` knows it, and tells the usage of a stream only when asked; `unasked` tells it in any
   * case, so that nothing need be added; `remove` does so too, and refuses the parameter.
   */
  readonly streamUsage: 'forward' | 'unasked' | 'remove'
  /** The operations beside chat, completions and embeddings that its documentation names in OpenAI's shape. */
  readonly passes: readonly Operation[]
  /** What it reads of the fields that only some servers know; the others are left out of the chats that we write. */
  readonly understands?: readonly Foreign[]
  /** What it answers beside `passes`; chat, completions and embeddings where it is left out. */
  readonly ordinary?: readonly Operation[]
  /** Classifies at `/predict`, in a shape of its own. */
  readonly isPredictor?: true
}

const ordinary = { authentication: 'bearer', streamUsage: 'forward' } as const

const images = ['image', 'image_edit', 'image_variation'] as const
const sound = ['speech', 'transcription', 'translation'] as const

const rows = {
  openai: {
    ...ordinary,
    baseUrl: 'https://api.openai.com/v1',
    passes: ['responses', 'moderation', ...images, ...sound],
  },
  'azure-openai': {
    ...ordinary,
    baseUrl: undefined,
    authentication: 'api-key',
    passes: ['responses', 'image', 'image_edit', ...sound],
  },
  // whatever the server has; it says itself what it has not
  'openai-compatible': {
    ...ordinary,
    baseUrl: undefined,
    passes: ['moderation', 'rerank', 'classification', ...images, ...sound],
    understands: ['reasoning_content'],
  },
  vllm: {
    ...ordinary,
    baseUrl: 'http://127.0.0.1:8000/v1',
    passes: ['rerank', 'classification', 'tokenize', 'transcription', 'translation'],
    understands: ['reasoning_content'],
  },
  // Hugging Face's text-embeddings-inference, which serves classifiers too
  tei: {
    ...ordinary,
    baseUrl: 'http://127.0.0.1:8080/v1',
    ordinary: ['embedding'],
    passes: ['classification'],
    isPredictor: true,
  },
  ollama: {
    ...ordinary,
    baseUrl: 'http://127.0.0.1:11434/v1',
    renames: { max_completion_tokens: 'max_tokens' },
    passes: ['image', 'speech', 'transcription'],
    understands: ['reasoning_content'],
    ignores: { n: [1], tool_choice: ['auto'], logit_bias: [], parallel_tool_calls: [true] },
  },
  groq: { ...ordinary, baseUrl: 'https://api.groq.com/openai/v1', passes: sound },
  mistral: {
    ...ordinary,
    baseUrl: 'https://api.mistral.ai/v1',
    renames: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
    streamUsage: 'remove',
    passes: ['moderation', 'transcription'],
  },
  together: {
    ...ordinary,
    baseUrl: 'https://api.together.xyz/v1',
    renames: { max_completion_tokens: 'max_tokens' },
    streamUsage: 'unasked',
    passes: ['rerank', 'image', ...sound],
  },
  openrouter: {
    ...ordinary,
    baseUrl: 'https://openrouter.ai/api/v1',
    streamUsage: 'unasked',
    passes: ['rerank', 'speech'],
    understands: ['cache_control'],
  },
} as const satisfies Partial<Record<ProviderKind, Differences>>

type CompatibleKind = keyof typeof rows

export const differences: Readonly<Record<CompatibleKind, Differences>> = rows

export function isCompatible(kind: ProviderKind): kind is CompatibleKind {
  return kind in differences
}

const paths: Readonly<Record<Operation, string>> = {
  chat: '/chat/completions',
  completion: '/completions',
  embedding: '/embeddings',
  messages: '/messages',
  count_tokens: '/messages/count_tokens',
  responses: '/responses',
  moderation: '/moderations',
  rerank: '/rerank',
  classification: '/classify',
  tokenize: '/tokenize',
  image: '/images/generations',
  image_edit: '/images/edits',
  image_variation: '/images/variations',
  speech: '/audio/speech',
  transcription: '/audio/transcriptions',
  translation: '/audio/translations',
}

/**
 * Where a call goes. Azure's dated API versions put the deployment (its word for a model) into the path, except for
 * responses.
 */
export function createUrlOf(options: {
  readonly kind: CompatibleKind
  readonly baseUrl: string
  readonly apiVersion: string | undefined
}): (operation: Operation, model: string) => string {
  const base = options.baseUrl.replace(/\/+$/, '')
  if (options.kind !== 'azure-openai') {
    // what vLLM and text-embeddings-inference have outside of the version
    const root = base.replace(/\/v1$/, '')
    const isClassifierAtRoot = options.kind === 'vllm' || options.kind === 'tei'
    return operation => {
      if (operation === 'classification' && isClassifierAtRoot)
        return root + (options.kind === 'tei' ? '/predict' : paths.classification)
      return (operation === 'tokenize' ? root : base) + paths[operation]
    }
  }
  const resource = base.replace(/\/openai(?:\/v1)?$/, '')
  const { apiVersion } = options
  if (apiVersion === undefined || apiVersion === 'v1') {
    return operation => `${resource}/openai/v1${paths[operation]}`
  }
  const query = `?api-version=${encodeURIComponent(apiVersion)}`
  return (operation, model) =>
    operation === 'responses'
      ? `${resource}/openai${paths[operation]}${query}`
      : `${resource}/openai/deployments/${encodeURIComponent(model)}${paths[operation]}${query}`
}
