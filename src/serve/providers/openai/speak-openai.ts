import type { ProviderConfig } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Speak } from '../speak.ts'
import { createUrlOf, differences, isCompatible } from './differences.ts'
import { createOpenAiDialect, usualOperations } from './dialect.ts'

interface OpenAiProvider {
  readonly name: string
  readonly config: ProviderConfig
  readonly secrets: Readonly<Record<string, string | undefined>>
}

export const speakOpenAi: Speak = (provider, options) => {
  const { operations, apiVersion } = provider.config
  const { row, baseUrl, headers } = describe(provider)
  const urlOf = createUrlOf({ kind: row.kind, baseUrl, apiVersion })
  const answered = operations ?? usualOperations(row.kind, apiVersion)
  return { dialect: createOpenAiDialect(row.differences, urlOf, options, answered), headers }
}

/**
 * Where the parts of OpenAI's API lie that no call of the gateway goes to (files, fine-tuning), and what is sent with them. Throws
 * `invalid_configuration` where there is no address.
 */
export function openAiAddress(provider: OpenAiProvider): {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
} {
  const { row, baseUrl, headers } = describe(provider)
  if (row.kind !== 'azure-openai') return { baseUrl, headers }
  const resource = baseUrl.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '')
  return { baseUrl: `${resource}/openai/v1`, headers }
}

function describe({ name, config, secrets }: OpenAiProvider) {
  const { kind } = config
  if (!isCompatible(kind)) throw new Error(`${kind} is no kind with OpenAI's API`)
  const row = differences[kind]
  const baseUrl = config.baseUrl ?? row.baseUrl
  if (baseUrl === undefined) {
    const message = `A provider of kind ${kind} has no usual address. Set providers.${name}.baseUrl.`
    throw new Failure('invalid_configuration', message)
  }
  const { apiKey } = secrets
  const headers: Record<string, string> =
    apiKey === undefined
      ? {}
      : row.authentication === 'api-key'
        ? { 'api-key': apiKey }
        : { authorization: `Bearer ${apiKey}` }
  return { row: { kind, differences: row }, baseUrl, headers }
}
