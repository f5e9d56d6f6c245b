import { Failure } from '../../../foundation/platform/index.ts'
import type { DialectOptions } from '../dialect.ts'
import type { ConfiguredProvider, Speak } from '../speak.ts'
import { assumeRole } from './assume-role.ts'
import { createBedrockDialect, operationsOf, type BedrockAccess } from './dialect.ts'
import { embeddingEach } from './embed-each.ts'

/** Bedrock as the configuration wants it: its address by the region, and who calls. */
export const speakBedrock: Speak = (provider, options) => {
  const { config, secrets, name } = provider
  const { region, baseUrl } = config
  if (region === undefined) {
    const message = `A provider of kind bedrock needs a region. Set providers.${name}.region.`
    throw new Failure('invalid_configuration', message)
  }
  const address = baseUrl ?? `https://bedrock-runtime.${region}.${domainOf(region)}`
  const access = { region, credentials: credentialsOf(provider, region, options) }
  const apiKey = secrets['apiKey']
  return {
    dialect: createBedrockDialect(address, access, options),
    operationsOf,
    wrap: embeddingEach,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
  }
}

function credentialsOf(
  { config, secrets }: ConfiguredProvider,
  region: string,
  options: DialectOptions,
): BedrockAccess['credentials'] {
  if (config.apiKey !== undefined) return undefined
  const { roleArn, webIdentityTokenFile: tokenFile } = config
  if (roleArn !== undefined && tokenFile !== undefined) {
    const endpoint = config.stsEndpoint ?? `https://sts.${region}.${domainOf(region)}`
    return assumeRole({ roleArn, tokenFile, endpoint }, options)
  }
  const { accessKeyId, secretAccessKey, sessionToken } = secrets
  return async () => {
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { accessKeyId, secretAccessKey, sessionToken }
    }
    const message = `The access key of the ${options.label} was not found where the configuration says.`
    throw new Failure('upstream_unauthorized', message)
  }
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}
