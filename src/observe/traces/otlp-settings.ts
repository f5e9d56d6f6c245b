import type { ConfigSnapshot, ProviderKind } from '../../foundation/config/index.ts'
import type { OtlpSettings } from './otlp-exporter.ts'

/** What the GenAI conventions call the APIs that we know; those they have no name for keep ours. */
const conventionalNames = {
  openai: 'openai',
  'azure-openai': 'azure.ai.openai',
  'openai-compatible': 'openai-compatible',
  vllm: 'vllm',
  tei: 'tei',
  ollama: 'ollama',
  groq: 'groq',
  mistral: 'mistral_ai',
  together: 'together',
  openrouter: 'openrouter',
  anthropic: 'anthropic',
  bedrock: 'aws.bedrock',
  gemini: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  cohere: 'cohere',
} as const satisfies Record<ProviderKind, string>

/**
 * Where `traces.otlp` of the configuration in force says that spans go, its secrets filled in; `undefined` where
 * it says nothing. Cheap to call for every inference: worked out once for each snapshot.
 */
export function otlpSettingsOf(current: () => ConfigSnapshot): () => OtlpSettings | undefined {
  let known: ConfigSnapshot | undefined
  let settings: OtlpSettings | undefined
  return () => {
    const snapshot = current()
    if (snapshot !== known) {
      known = snapshot
      settings = readSettings(snapshot)
    }
    return settings
  }
}

function readSettings({ config, secret }: ConfigSnapshot): OtlpSettings | undefined {
  const { otlp } = config.traces
  if (!otlp) return undefined
  const headers: Record<string, string> = {}
  for (const [name, given] of Object.entries(otlp.headers ?? {})) {
    const value = typeof given === 'string' ? given : secret(`traces.otlp.headers.${name}`)
    if (value !== undefined) headers[name] = value
  }
  return {
    endpoint: otlp.endpoint,
    headers,
    isPacked: otlp.compression === 'gzip',
    hasParts: otlp.detail === 'parts',
    providerName: target => {
      const [kind, name = ''] = target?.split(':') ?? []
      if (kind === 'engine') return config.engines[name]?.kind ?? 'llama.cpp'
      const provider = config.providers[name]
      return provider ? conventionalNames[provider.kind] : 'slipway'
    },
  }
}
