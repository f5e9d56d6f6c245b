import { describe, expect, it } from 'bun:test'
import { parseConfig } from './parse-config.ts'

const key = 'accessKeyId: { env: ID }, secretAccessKey: { env: SECRET }'
const role = 'roleArn: "arn:aws:iam::123456789012:role/x", webIdentityTokenFile: /token'

function problemsOf(provider: string): string[] {
  const text = `providers: { b: { ${provider} } }`
  const parsed = parseConfig(text, '/slipway.yaml', environment)
  return 'problems' in parsed ? parsed.problems.map(problem => `${problem.path}: ${problem.message}`) : []
}

const environment = {
  ID: 'AKIDEXAMPLE',
  SECRET: 'secret-of-the-key',
  TOKEN: 'session',
  API_KEY: 'bedrock-api-key',
}

describe('checkBedrock', () => {
  it('takes an API key, an access key with or without a session token, or a role', () => {
    const region = 'region: eu-central-1'
    for (const provider of [
      `kind: bedrock, apiKey: { env: API_KEY }, ${region}`,
      `kind: bedrock, ${region}, ${key}`,
      `kind: bedrock, ${region}, ${key}, sessionToken: { env: TOKEN }`,
      `kind: bedrock, ${region}, ${role}`,
    ]) {
      expect(problemsOf(provider).filter(problem => problem.startsWith('providers'))).toEqual([])
    }
  })

  it.each([
    ['kind: openai, region: us-east-1', 'not `openai`'],
    ['kind: bedrock', 'needs the region'],
    ['kind: bedrock, region: us-east-1', 'Nothing here says who calls'],
    ['kind: bedrock, region: nowhere', 'region: `nowhere`'],
    ['kind: bedrock, region: us-east-1, accessKeyId: { env: ID }', 'Only a part of the access key'],
    ['kind: bedrock, region: us-east-1, sessionToken: { env: TOKEN }', 'Only a part of the access key'],
    ['kind: bedrock, region: us-east-1, webIdentityTokenFile: /token', 'Only a part of the role'],
    [`kind: bedrock, region: us-east-1, ${key}, ${role}`, 'several ways'],
    [`kind: bedrock, apiKey: { env: API_KEY }, region: us-east-1, ${key}`, 'several ways'],
  ])('refuses { %s }', (provider, why) => {
    expect(problemsOf(provider).join('\n')).toContain(why)
  })
})
