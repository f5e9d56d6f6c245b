/** What is served in a soak; every version differs a little, as edits do: services come and go, a provider gets another header. */
export function configuration(
  upstream: { readonly steady: string; readonly moody: string },
  version: number,
): string {
  const extra = Array.from({ length: version % 4 }, (_, index) => `extra-${version}-${index}`)
  const cache = (text: string): string => `cache: { tenants: all, ${text} }`
  return `
providers:
  steady: { kind: openai-compatible, baseUrl: "${upstream.steady}/v1", operations: [chat, embedding, responses] }
  moody: { kind: openai-compatible, baseUrl: "${upstream.moody}/v1", headers: { x-version: "${version % 2}" }, breaker: { openMs: 1000 } }
  claude: { kind: anthropic, baseUrl: "${upstream.steady}" }
  moody-claude: { kind: anthropic, baseUrl: "${upstream.moody}", breaker: { openMs: 1000 } }
services:
  chat: { storeContent: true, releases: { v1: { target: { provider: steady, model: gpt-soak } } } }
  claude: { storeContent: true, releases: { v1: { target: { provider: claude, model: claude-soak } } } }
  moody:
    storeContent: true
    timeoutMs: 5000
    hedge: { afterMs: 400 }
    releases:
      v1:
        target: { provider: moody, model: gpt-moody, timeouts: { firstTokenMs: 800, idleMs: 600, totalMs: 3000 } }
        fallbacks: [{ target: { provider: claude, model: claude-fallback } }]
  moody-claude:
    timeoutMs: 5000
    releases: { v1: { target: { provider: moody-claude, model: claude-moody, timeouts: { firstTokenMs: 800, idleMs: 600, totalMs: 3000 } } } }
  exact: { ${cache(`exact: { ttlSeconds: ${60 + version} }`)}, releases: { v1: { target: { provider: steady, model: gpt-exact } } } }
  meant: { ${cache('semantic: { embedder: vectors, threshold: 0.8, timeoutMs: 1000 }')}, releases: { v1: { target: { provider: steady, model: gpt-meant } } } }
  vectors: { releases: { v1: { target: { provider: steady, model: vectors } } } }
${extra.map(name => `  ${name}: { releases: { v1: { target: { provider: steady, model: gpt-${name} } } } }`).join('\n')}
tenants:
  crowd:
    limits: [{ requests: 10000000, per: hour }, { tokens: 1000000000, per: day }, { concurrent: 500 }]
    budgets: [{ usd: 100000, per: month, kind: hard }, { usd: 1, per: day, kind: soft }]
  tight:
    limits: [{ requests: 30, per: minute }]
    budgets: [{ usd: 0.05, per: hour, kind: hard }]
prices:
${['steady', 'moody', 'claude', 'moody-claude'].map(name => `  - { provider: ${name}, from: 2026-01-01, usdPerMillionTokens: { input: 1.25, output: 10 } }`).join('\n')}
`
}
