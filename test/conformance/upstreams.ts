import type { FakeProvider } from '../fake-provider/index.ts'

/** A column of the matrix. */
export interface MatrixUpstream {
  readonly name: string
  readonly isHosted: boolean
  /** Features that it has not: each must be refused by name, with a 4xx, and not be dropped. */
  readonly refuses: readonly string[]
}

export const upstreams: readonly MatrixUpstream[] = [
  { name: 'openai', isHosted: true, refuses: [] },
  { name: 'anthropic', isHosted: true, refuses: [] },
  { name: 'bedrock', isHosted: true, refuses: [] },
  { name: 'gemini', isHosted: true, refuses: [] },
  { name: 'vertex', isHosted: true, refuses: [] },
  { name: 'cohere', isHosted: true, refuses: ['effort'] },
  {
    name: 'engine',
    isHosted: false,
    refuses: ['parallel tools', 'tools, streamed', 'tool results', 'image', 'effort'],
  },
]

/** Whose signature the fake Bedrock wants. */
export const matrixAccount = {
  accessKeyId: 'AKIDMATRIX',
  secretAccessKey: 'secret-of-the-matrix',
  region: 'us-east-1',
}

/** What the configuration below reads its secrets from. */
export const matrixEnvironment = {
  MATRIX_KEY_ID: matrixAccount.accessKeyId,
  MATRIX_SECRET: matrixAccount.secretAccessKey,
}

/** A configuration with one service for each of them, named alike. */
export function matrixConfig(provider: FakeProvider): string {
  return `
providers:
  openai: { kind: openai, baseUrl: '${provider.url}/v1' }
  anthropic: { kind: anthropic, baseUrl: '${provider.url}' }
  bedrock:
    kind: bedrock
    region: us-east-1
    baseUrl: '${provider.url}'
    accessKeyId: { env: MATRIX_KEY_ID }
    secretAccessKey: { env: MATRIX_SECRET }
  gemini: { kind: gemini, baseUrl: '${provider.url}/v1beta' }
  vertex:
    kind: vertex
    project: my-project
    location: global
    baseUrl: '${provider.url}/v1'
    accessToken: { env: MATRIX_SECRET }
  cohere: { kind: cohere, baseUrl: '${provider.url}' }
engines:
  support: { model: 'builtin:support' }
services:
  openai: { releases: { v1: { target: { provider: openai, model: gpt-5-test } } } }
  anthropic: { releases: { v1: { target: { provider: anthropic, model: claude-test } } } }
  bedrock: { releases: { v1: { target: { provider: bedrock, model: anthropic.claude-test } } } }
  gemini: { releases: { v1: { target: { provider: gemini, model: gemini-3-flash } } } }
  vertex: { releases: { v1: { target: { provider: vertex, model: gemini-3-flash } } } }
  cohere: { releases: { v1: { target: { provider: cohere, model: command-a } } } }
  engine: { releases: { v1: { target: { engine: support } } } }
`
}
