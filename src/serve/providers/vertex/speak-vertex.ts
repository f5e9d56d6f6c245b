import { Failure } from '../../../foundation/platform/index.ts'
import type { Dialect, DialectOptions } from '../dialect.ts'
import { createGeminiDialect } from '../gemini/dialect.ts'
import type { ConfiguredProvider, Speak } from '../speak.ts'
import { createAccessTokens } from './access-token.ts'
import { vertexAddress } from './address.ts'
import { createClaudeDialect, isClaude } from './claude.ts'

/** Vertex AI: Gemini as elsewhere, and Claude where the name of the model begins so. */
export const speakVertex: Speak = (provider, options) => {
  const { name, config } = provider
  const { project, location, baseUrl } = config
  if (project === undefined || location === undefined) {
    const message = `A provider of kind vertex needs a project and a location. Set providers.${name}.project and .location.`
    throw new Failure('invalid_configuration', message)
  }
  const address = vertexAddress(project, location, baseUrl)
  const gemini = createGeminiDialect(
    {
      urlOf: (model, method) => `${address}/publishers/google/models/${encodeURIComponent(model)}:${method}`,
      embeddings: 'predict',
      takesCallIds: false,
    },
    options,
  )
  const claude = createClaudeDialect(address, options)
  const dialectOf = (model: string): Dialect => (isClaude(model) ? claude : gemini)
  const token = tokensOf(provider, options)
  const dialect: Dialect = {
    operations: gemini.operations,
    request: call => dialectOf(call.model).request(call),
    authorize: async (_request, signal) => ({ authorization: `Bearer ${await token(signal)}` }),
    readReply: (bytes, call, type) => dialectOf(call.model).readReply(bytes, call, type),
    createTranslator: (call, ...rest) => dialectOf(call.model).createTranslator(call, ...rest),
  }
  return { dialect, headers: {} }
}

function tokensOf(
  { config, secrets }: ConfiguredProvider,
  options: DialectOptions,
): (signal: AbortSignal) => Promise<string> {
  const { credentials, accessToken } = secrets
  if (credentials !== undefined) return createAccessTokens(credentials, config.tokenUrl, options)
  return async () => {
    if (accessToken !== undefined) return accessToken
    const message = `Nothing that the ${options.label} could be called with was found where the configuration says.`
    throw new Failure('upstream_unauthorized', message)
  }
}
