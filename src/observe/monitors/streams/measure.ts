import type { StreamConfig } from '../../../foundation/config/index.ts'
import type { SeenInference, SeenOpinion } from './seen.ts'
import type { AnswerFormat } from './text-features.ts'

/** What texts of an inference came to; only what a stream or a slice of its service asks for is there. */
export interface TextFeatures {
  readonly language?: string | undefined
  /** Hashes of the different words of the question. */
  readonly words?: readonly number[] | undefined
  readonly vector?: Float32Array | undefined
  readonly format?: AnswerFormat | undefined
  readonly isRefusal?: boolean | undefined
  /** Of the question. */
  readonly characters?: number | undefined
}

export type FeatureName = keyof TextFeatures

/** What a stream says of one inference, before it is held against a reference. */
export type Measure = number | string | Float32Array | readonly number[]

export type StreamKind = StreamConfig['kind']

const featuresOfKind: Readonly<Record<StreamKind, readonly FeatureName[]>> = {
  score: [],
  feedback: [],
  errors: [],
  blocks: [],
  refusals: ['isRefusal'],
  latency: [],
  'first-token': [],
  cost: [],
  'input-length': [],
  'output-length': [],
  'input-embedding': ['vector'],
  'input-vocabulary': ['words'],
  'input-language': ['language'],
  'input-topic': ['vector'],
  'output-format': ['format'],
}

/** What a stream reads of texts: nothing where numbers of the inference do. */
export function featuresOfStream(stream: StreamConfig): readonly FeatureName[] {
  return stream.kind === 'input-length' && stream.reference ? ['characters'] : featuresOfKind[stream.kind]
}

/** `undefined` where the inference says nothing of it. Refusals go by their wording wherever texts are `read` at all, so that all count alike. */
export function measureInference(
  stream: StreamConfig,
  seen: SeenInference,
  texts: TextFeatures | undefined,
  read: ReadonlySet<FeatureName>,
): Measure | undefined {
  switch (stream.kind) {
    case 'score':
    case 'feedback':
      return undefined
    case 'errors':
      return seen.isError === undefined ? undefined : Number(seen.isError)
    case 'blocks': {
      const { guards } = stream
      return seen.blockedBy && Number(seen.blockedBy.some(guard => guards?.includes(guard) ?? true))
    }
    case 'refusals':
      if (seen.isRefused === undefined) return undefined
      if (!read.has('isRefusal')) return Number(seen.isRefused)
      return texts?.isRefusal === undefined ? undefined : Number(seen.isRefused || texts.isRefusal)
    case 'latency':
      return seen.latencyMs
    case 'first-token':
      return seen.firstTokenMs
    case 'cost':
      return seen.costUsd
    case 'input-length':
      return stream.reference ? texts?.characters : seen.inputTokens
    case 'output-length':
      return seen.outputTokens
    case 'input-embedding':
    case 'input-topic':
    case 'input-vocabulary':
    case 'input-language':
    case 'output-format':
      return measureTexts(stream, texts)
  }
}

/** What a text says alone, as that of a dataset does. */
export function measureTexts(stream: StreamConfig, texts: TextFeatures | undefined): Measure | undefined {
  switch (stream.kind) {
    case 'input-length':
      return texts?.characters
    case 'input-embedding':
    case 'input-topic':
      return texts?.vector
    case 'input-vocabulary':
      return texts?.words?.length === 0 ? undefined : texts?.words
    case 'input-language':
      return texts?.language
    case 'output-format':
      return texts?.format
    case 'score':
    case 'feedback':
    case 'errors':
    case 'blocks':
    case 'refusals':
    case 'latency':
    case 'first-token':
    case 'cost':
    case 'output-length':
      return undefined
  }
}

/** What somebody said counts for the stream of their judge, or of people; what a judge went by has to be what the reference went by. */
export function measureOpinion(stream: StreamConfig, { judge, value }: SeenOpinion): number | undefined {
  if (stream.kind === 'feedback') return judge === undefined ? value : undefined
  return stream.kind === 'score' && stream.judge === judge ? value : undefined
}
