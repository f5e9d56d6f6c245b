import type { Registry } from 'prom-client'
import type { ProviderConfig } from '../../foundation/config/index.ts'
import { createOpenAiDialect, ordinaryOperations } from './openai/dialect.ts'
import { createUrlOf, differences } from './openai/differences.ts'
import { sendCall } from './send-call.ts'
import { speakers } from './speakers.ts'
import { withEstimatedCounts } from './estimate-counts.ts'
import type { Operation, Upstream, UpstreamAnswer } from './upstream.ts'
import { UpstreamFailures } from './upstream-failures.ts'
import { createUpstreamMetrics } from './upstream-metrics.ts'

export interface ProviderOptions {
  /** The secrets that the configuration names, by their field (`apiKey`, …); never logged. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** The `headers` of the configuration with their secrets read; they win over our own. */
  readonly headers: Readonly<Record<string, string>>
  readonly metrics?: Registry
}

export interface EngineEndpoint {
  /** Where the engine listens, e.g. `http://127.0.0.1:41234`; `/v1` is appended. */
  readonly url: string
  /** Sent as a bearer token. */
  readonly token: string
}

/** Throws `invalid_configuration` where the kind has no usual address and none is given. */
export function createProviderUpstream(
  name: string,
  config: ProviderConfig,
  options: ProviderOptions,
): Upstream {
  const label = `provider "${name}"`
  const { secrets } = options
  const failures = new UpstreamFailures({
    label,
    isEngine: false,
    secrets: worthHiding([...Object.values(secrets), ...Object.values(options.headers)]),
  })
  const speaking = speakers[config.kind]({ name, config, secrets }, { label, failures })
  const { dialect } = speaking
  const headers = { ...commonHeaders, ...speaking.headers, ...lowerCased(options.headers) }
  const sender = { dialect, headers, failures }
  const upstream = measured(name, options.metrics, {
    operations: dialect.operations,
    send: (call, signal) => sendCall(sender, call, signal),
  })
  const whole = speaking.wrap?.(upstream) ?? upstream
  const { operationsOf } = speaking
  return {
    ...withEstimatedCounts(whole),
    ...(operationsOf && {
      forModel: model => withEstimatedCounts({ ...whole, operations: operationsOf(model) }),
    }),
  }
}

/**
 * An engine of ours, which speaks OpenAI's API on loopback. `endpoint` is asked before every call, since a restarted
 * engine has another port, and throws `engine_not_ready` while there is none.
 */
export function createEngineUpstream(
  name: string,
  endpoint: () => EngineEndpoint,
  options: { readonly metrics?: Registry } = {},
): Upstream {
  const label = `engine "${name}"`
  let current: EngineEndpoint | undefined
  let send: Upstream['send'] | undefined
  return measured(name, options.metrics, {
    operations: engineOperations,
    send: async (call, signal) => {
      const { url, token } = endpoint()
      if (!send || url !== current?.url || token !== current.token) {
        current = { url, token }
        send = sendTo(label, current)
      }
      return send(call, signal)
    },
  })
}

const engineOperations: ReadonlySet<Operation> = new Set([...ordinaryOperations, 'tokenize'])

const commonHeaders = {
  'content-type': 'application/json',
  'user-agent': 'slipway',
  // fetch would ask for compression, which costs time and can hold a stream back
  'accept-encoding': 'identity',
} as const

function sendTo(label: string, { url, token }: EngineEndpoint): Upstream['send'] {
  const failures = new UpstreamFailures({ label, isEngine: true, secrets: worthHiding([token]) })
  const kind = 'openai-compatible'
  const baseUrl = `${url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`
  const urlOf = createUrlOf({ kind, baseUrl, apiVersion: undefined })
  const dialect = createOpenAiDialect(differences[kind], urlOf, { label, failures })
  const headers = { ...commonHeaders, authorization: `Bearer ${token}` }
  const sender = { dialect, headers, failures }
  return (call, signal): Promise<UpstreamAnswer> => sendCall(sender, call, signal)
}

function measured(name: string, registry: Registry | undefined, upstream: Upstream): Upstream {
  if (!registry) return upstream
  const metrics = createUpstreamMetrics(registry, name)
  return {
    operations: upstream.operations,
    send: async (call, signal) => {
      const startedAt = performance.now()
      try {
        const answer = await upstream.send(call, signal)
        metrics.answered(startedAt)
        return answer
      } catch (error) {
        metrics.failed(error)
        throw error
      }
    },
  }
}

/** Very short values would take ordinary words out of messages. */
function worthHiding(values: readonly (string | undefined)[]): string[] {
  return values.filter(value => value !== undefined && value.length >= 8) as string[]
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
