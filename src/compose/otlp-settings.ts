import type { ConfigSnapshot } from '../foundation/config/index.ts'
import type { OtlpSettings } from '../observe/traces/index.ts'

/** Where spans go, with the secrets of the headers read. Memoised, because it is asked for every inference. */
export function otlpSettings(snapshot: ConfigSnapshot): OtlpSettings | undefined {
  if (!known.has(snapshot)) known.set(snapshot, read(snapshot))
  return known.get(snapshot)
}

const known = new WeakMap<ConfigSnapshot, OtlpSettings | undefined>()

function read(snapshot: ConfigSnapshot): OtlpSettings | undefined {
  const { otlp } = snapshot.config.traces
  if (!otlp) return undefined
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(otlp.headers ?? {})) {
    const text = typeof value === 'string' ? value : snapshot.secret(`traces.otlp.headers.${name}`)
    if (text !== undefined) headers[name] = text
  }
  return { endpoint: otlp.endpoint, headers, providerName: target => providerName(target, snapshot) }
}

/** The conventions' `gen_ai.provider.name`: the kind of provider, which is their name for most of them. */
function providerName(target: string | undefined, snapshot: ConfigSnapshot): string {
  const [kind, name = ''] = target?.split(':') ?? []
  if (kind !== 'provider') return 'slipway'
  return snapshot.config.providers[name]?.kind ?? name
}
