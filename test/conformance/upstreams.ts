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
  {
    name: 'engine',
    isHosted: false,
    refuses: ['parallel tools', 'tools, streamed', 'tool results', 'image', 'effort'],
  },
]

/** A configuration with one service for each of them, named alike. */
export function matrixConfig(provider: FakeProvider): string {
  return `
providers:
  openai: { kind: openai, baseUrl: '${provider.url}/v1' }
  anthropic: { kind: anthropic, baseUrl: '${provider.url}' }
engines:
  support: { model: 'builtin:support' }
services:
  openai: { releases: { v1: { target: { provider: openai, model: gpt-5-test } } } }
  anthropic: { releases: { v1: { target: { provider: anthropic, model: claude-test } } } }
  engine: { releases: { v1: { target: { engine: support } } } }
`
}
