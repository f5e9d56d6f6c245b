import type { Speak } from '../speak.ts'
import { createAnthropicDialect } from './dialect.ts'

export const speakAnthropic: Speak = ({ config, secrets }, options) => ({
  dialect: createAnthropicDialect(config.baseUrl ?? 'https://api.anthropic.com', options),
  headers: {
    'anthropic-version': config.apiVersion ?? '2023-06-01',
    ...(secrets['apiKey'] === undefined ? {} : { 'x-api-key': secrets['apiKey'] }),
  },
})
