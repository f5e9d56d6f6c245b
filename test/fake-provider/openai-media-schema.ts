import { z } from 'zod'

/** What OpenAI accepts for moderation, images and sound, and Cohere's shape for rerankings; anything else is refused. */

const file = z.instanceof(File)
const files = z.union([file, z.array(file).min(1)])
const count = z.coerce.number().int().min(1).max(10).optional()
/** In a form everything is text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform(text => text === 'true')]).optional()

export const moderationSchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()), z.array(z.looseObject({ type: z.string() }))]),
})

export const rerankSchema = z.strictObject({
  model: z.string(),
  query: z.string(),
  documents: z.array(z.union([z.string(), z.looseObject({ text: z.string() })])).min(1),
  top_n: z.int().min(1).optional(),
  return_documents: z.boolean().optional(),
})

export const classifySchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()).min(1)]),
})

/** Of text-embeddings-inference: no model, texts and pairs of texts. */
export const predictSchema = z.strictObject({
  inputs: z.union([z.string(), z.array(z.array(z.string()).min(1).max(2)).min(1)]),
  truncate: z.boolean().optional(),
  raw_scores: z.boolean().optional(),
})

const image = {
  model: z.string(),
  n: count,
  size: z.string().optional(),
  user: z.string().optional(),
}
const madeImage = {
  ...image,
  prompt: z.string().min(1),
  quality: z.string().optional(),
  background: z.string().optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional(),
  stream: flag,
  partial_images: z.coerce.number().int().max(3).optional(),
}

export const imageSchema = z.strictObject({
  ...madeImage,
  moderation: z.string().optional(),
  response_format: z.string().optional(),
})
export const imageEditSchema = z.strictObject({
  ...madeImage,
  image: file.optional(),
  'image[]': files.optional(),
  mask: file.optional(),
})
export const imageVariationSchema = z.strictObject({ ...image, image: file })

export const speechSchema = z.strictObject({
  model: z.string(),
  input: z.string().min(1).max(4096),
  voice: z.string(),
  instructions: z.string().optional(),
  response_format: z.enum(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']).optional(),
  speed: z.number().min(0.25).max(4).optional(),
  stream_format: z.enum(['audio', 'sse']).optional(),
})

const spoken = {
  model: z.string(),
  file,
  prompt: z.string().optional(),
  response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json']).optional(),
  temperature: z.coerce.number().optional(),
}

export const translationSchema = z.strictObject(spoken)
export const transcriptionSchema = z.strictObject({
  ...spoken,
  language: z.string().optional(),
  stream: flag,
  'timestamp_granularities[]': z.union([z.string(), z.array(z.string())]).optional(),
  'include[]': z.union([z.string(), z.array(z.string())]).optional(),
})
