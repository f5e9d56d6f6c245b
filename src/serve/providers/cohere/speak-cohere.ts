import type { Speak } from '../speak.ts'
import { createCohereDialect } from './dialect.ts'

export const speakCohere: Speak = ({ config, secrets }, options) => ({
  dialect: createCohereDialect(config.baseUrl ?? 'https://api.cohere.com', options),
  headers: secrets['apiKey'] === undefined ? {} : { authorization: `Bearer ${secrets['apiKey']}` },
})
