import type { Speak } from '../speak.ts'
import { createGeminiDialect } from './dialect.ts'

const usualUrl = 'https://generativelanguage.googleapis.com/v1beta'

/** The Gemini API of Google AI Studio. The key goes in a header, never in the URL, where logs would see it. */
export const speakGemini: Speak = ({ config, secrets }, options) => {
  const base = (config.baseUrl ?? usualUrl).replace(/\/+$/, '')
  const address = {
    urlOf: (model: string, method: string) =>
      `${base}/models/${encodeURIComponent(model.replace(/^models\//, ''))}:${method}`,
    embeddings: 'batchEmbedContents',
    takesCallIds: true,
  } as const
  return {
    dialect: createGeminiDialect(address, options),
    headers: secrets['apiKey'] === undefined ? {} : { 'x-goog-api-key': secrets['apiKey'] },
  }
}
