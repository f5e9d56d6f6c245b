import type { Queryable } from '../../../foundation/platform/index.ts'
import { hashText } from '../../../foundation/statistics/index.ts'
import { findLearnableContents, type InferenceContent } from '../../traces/index.ts'
import { languageOf } from '../streams/language-of.ts'
import type { FeatureName, TextFeatures } from '../streams/measure.ts'
import { formatOf, localVector, normalised, type Texts, wordsOf } from '../streams/text-features.ts'

/** What texts are read and made into vectors with. */
export interface TextPorts {
  /** The texts of what is kept of an inference, whichever API it came in. */
  readonly readTexts: (content: InferenceContent) => Texts | undefined
  /** Vectors of texts, in their order, by a service of ours. */
  readonly embed: (
    service: string,
    texts: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly (readonly number[])[]>
}

export type FeatureNeeds = { readonly names: ReadonlySet<FeatureName>; readonly embedder: string | undefined }

const atOnce = 500
const embeddedAtOnce = 64
const mostEmbeddedCharacters = 2_000

/**
 * Reads what is kept of inferences and makes features of it: numbers and hashes, of which the text cannot be made again. What is not kept, or not any
 * more, has none; nor has what its client has said may not be learned from. Throws where the embedder does not answer.
 */
export async function readFeatures(
  queryable: Queryable,
  ports: TextPorts,
  ids: readonly string[],
  needs: FeatureNeeds,
  signal: AbortSignal,
): Promise<Map<string, TextFeatures>> {
  if (needs.names.size === 0) return new Map()
  const found: (readonly [string, Texts])[] = []
  for (let start = 0; start < ids.length; start += atOnce) {
    const contents = await findLearnableContents(queryable, ids.slice(start, start + atOnce))
    for (const [id, { value }] of contents) {
      const texts = ports.readTexts(value)
      if (texts) found.push([id, texts])
    }
  }
  return await makeFeatures(ports, found, needs, signal)
}

/** Features of texts by their ids. Throws where the embedder does not answer. */
export async function makeFeatures(
  ports: Pick<TextPorts, 'embed'>,
  given: readonly (readonly [string, Texts])[],
  { names, embedder }: FeatureNeeds,
  signal: AbortSignal,
): Promise<Map<string, TextFeatures>> {
  const found = new Map<string, TextFeatures>()
  const toEmbed: { readonly id: string; readonly text: string }[] = []
  for (const [id, texts] of given) {
    const { question, answer } = texts
    if (embedder !== undefined && names.has('vector') && question !== undefined)
      toEmbed.push({ id, text: question.slice(0, mostEmbeddedCharacters) })
    found.set(id, featuresOf(texts, names, embedder === undefined, answer))
  }
  for (let start = 0; start < toEmbed.length && embedder !== undefined; start += embeddedAtOnce) {
    const part = toEmbed.slice(start, start + embeddedAtOnce)
    const vectors = await ports.embed(
      embedder,
      part.map(({ text }) => text),
      signal,
    )
    for (const [index, { id }] of part.entries()) {
      const vector = normalised(Float32Array.from(vectors[index] ?? []))
      found.set(id, { ...found.get(id), vector })
    }
  }
  return found
}

function featuresOf(
  { question, isRefusal }: Texts,
  names: ReadonlySet<FeatureName>,
  isVectorLocal: boolean,
  answer: string | undefined,
): TextFeatures {
  const needsWords = question !== undefined && (names.has('words') || (names.has('vector') && isVectorLocal))
  const words = needsWords ? wordsOf(question) : undefined
  return {
    language: names.has('language') && question !== undefined ? languageOf(question) : undefined,
    words: names.has('words') && words ? [...new Set(words.map(hashText))] : undefined,
    vector:
      names.has('vector') && words && words.length > 0 && isVectorLocal ? localVector(words) : undefined,
    format: names.has('format') && answer !== undefined ? formatOf(answer) : undefined,
    isRefusal: names.has('isRefusal') ? isRefusal : undefined,
    characters: names.has('characters') ? question?.length : undefined,
  }
}
