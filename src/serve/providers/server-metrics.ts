import { Counter, Gauge, type Registry } from 'prom-client'
import type { ConfigSnapshot, ProviderConfig } from '../../foundation/config/index.ts'
import { type Logger, parsePrometheusText } from '../../foundation/platform/index.ts'
import { isServerSeries, readServerSeries, serverSeries, type ServerValue } from './server-series.ts'

export interface ServerMetrics {
  start(): void
  /** Reads all servers once. */
  read(): Promise<void>
  stop(): void
}

const everyMs = 10_000
const timeoutMs = 3_000
const largestBytes = 8 * 1_048_576

/**
 * Queue, cache and pace of the inference servers behind providers (vLLM, SGLang, llama.cpp), read from their own metrics
 * and shown under our names. One process of each replica reads them; since all read the same, the greatest counts.
 */
export function createServerMetrics(options: {
  readonly snapshot: () => ConfigSnapshot
  readonly registry: Registry
  readonly logger: Logger
}): ServerMetrics {
  const { snapshot, registry, logger } = options
  const latest = new Map<string, { readonly values: readonly ServerValue[]; readonly isUp: boolean }>()
  let timer: ReturnType<typeof setInterval> | undefined
  let reading: Promise<void> | undefined

  for (const [name, { type, help }] of Object.entries(serverSeries)) {
    const MetricClass = type === 'counter' ? Counter : Gauge
    new MetricClass({
      name,
      help,
      labelNames: ['provider', 'model'],
      aggregator: 'max',
      registers: [registry],
      collect() {
        this.reset()
        for (const [provider, { values }] of latest)
          for (const { series, model, value } of values)
            if (series === name) this.inc({ provider, model }, value)
      },
    })
  }
  new Gauge({
    name: 'slipway_server_up',
    help: 'Whether the metrics of the server behind a provider could be read: 1 or 0.',
    labelNames: ['provider'],
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.reset()
      for (const [provider, { isUp }] of latest) this.set({ provider }, isUp ? 1 : 0)
    },
  })

  async function readOne(provider: string, url: string): Promise<void> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' })
      if (response.status !== 200) throw new Error(`${url} answered ${response.status}.`)
      const text = await readBounded(response)
      latest.set(provider, {
        values: readServerSeries(parsePrometheusText(text, isServerSeries)),
        isUp: true,
      })
    } catch (error) {
      const wasUp = latest.get(provider)?.isUp !== false
      latest.set(provider, { values: [], isUp: false })
      if (wasUp) logger.warn({ err: error, provider }, 'The metrics of a server cannot be read.')
    }
  }

  async function readAll(): Promise<void> {
    const places = metricPlaces(snapshot().config.providers)
    for (const provider of latest.keys()) if (!places.has(provider)) latest.delete(provider)
    await Promise.all([...places].map(([provider, url]) => readOne(provider, url)))
  }

  const read = async (): Promise<void> => {
    reading ??= readAll().finally(() => {
      reading = undefined
    })
    await reading
  }

  return {
    read,
    start: () => {
      void read()
      timer = setInterval(() => void read(), everyMs)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

/** Where each provider that offers metrics writes them. */
export function metricPlaces(providers: Readonly<Record<string, ProviderConfig>>): Map<string, string> {
  const places = new Map<string, string>()
  for (const [name, { kind, baseUrl, metrics }] of Object.entries(providers)) {
    if (metrics === false) continue
    if (metrics) places.set(name, metrics.url)
    else if (kind === 'vllm') {
      const url = new URL(baseUrl ?? 'http://127.0.0.1:8000/v1')
      url.pathname = `${url.pathname.replace(/\/(?:v1\/?)?$/, '')}/metrics`
      places.set(name, url.href)
    }
  }
  return places
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > largestBytes) throw new Error('They have more than 8 MiB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
