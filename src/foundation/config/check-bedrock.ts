import type { DataPath, Finding } from './problem.ts'
import { awsFields } from './schema/aws.ts'
import type { ProviderConfig } from './schema/index.ts'

/** That Bedrock can be called: a region, and one way to say who calls; and that nobody else is given an account. */
export function checkBedrock(provider: ProviderConfig, path: DataPath): Finding[] {
  const at = { path, at: 'key' } as const
  if (provider.kind !== 'bedrock') {
    const field = (Object.keys(awsFields) as (keyof typeof awsFields)[]).find(one => provider[one])
    if (!field) return []
    const message = `\`${field}\` is for providers of the kind \`bedrock\`, not \`${provider.kind}\`.`
    return [{ path: [...path, field], at: 'key', message, mend: 'Remove it, or correct the kind.' }]
  }
  const { region, apiKey, accessKeyId, secretAccessKey, sessionToken, roleArn, webIdentityTokenFile } =
    provider
  if (region === undefined) {
    const message = 'A provider of the kind `bedrock` needs the region of its account.'
    return [{ ...at, message, mend: 'Add `region: eu-central-1`, with the region of yours.' }]
  }
  const hasHalfKey = (accessKeyId === undefined) !== (secretAccessKey === undefined)
  if (hasHalfKey || (sessionToken !== undefined && accessKeyId === undefined)) {
    const message = 'Only a part of the access key is here.'
    return [{ ...at, message, mend: 'Give both `accessKeyId` and `secretAccessKey`.' }]
  }
  if ((roleArn === undefined) !== (webIdentityTokenFile === undefined)) {
    const message = 'Only a part of the role is here.'
    return [{ ...at, message, mend: 'Give both `roleArn` and `webIdentityTokenFile`.' }]
  }
  const ways = [apiKey, accessKeyId, roleArn].filter(way => way !== undefined).length
  if (ways === 1) return []
  const message =
    ways === 0
      ? 'Nothing here says who calls Bedrock.'
      : 'There are several ways here to say who calls Bedrock.'
  const mend =
    'Give one of `apiKey`, `accessKeyId` with `secretAccessKey`, and `roleArn` with `webIdentityTokenFile`.'
  return [{ ...at, message, mend }]
}
