import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Counter, Gauge } from 'prom-client'
import { Backlog, createId, Failure } from '../../foundation/platform/index.ts'
import type { Logger, MetricsRegistry } from '../../foundation/platform/index.ts'
import type { Inference } from './inference.ts'
import { toExportRequest, toOtlpSpan } from './otlp-span.ts'
import { toPartSpans } from './otlp-parts.ts'
import type { OtlpAttribute } from './otlp-span.ts'

/** Where spans go, with its secrets filled in. */
export interface OtlpSettings {
  /** The base of an OTLP/HTTP collector; `/v1/traces` is appended. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** Whether exports are packed with gzip, and whether the parts of an inference go with it. */
  readonly isPacked: boolean
  readonly hasParts: boolean
  /** The conventions' name for what stands behind a target, e.g. `openai`. */
  readonly providerName: (target: string | undefined) => string
}

export interface OtlpExporter {
  /** Takes an inference to export; memory only. Does nothing where no collector is configured. */
  record(inference: Inference): void
  /** Sends what it can within `timeoutMs` and gives up the rest. */
  stop(timeoutMs: number): Promise<void>
}

export interface OtlpExporterOptions {
  /** Read for every inference and every batch, so that a changed configuration holds at once. */
  readonly settings: () => OtlpSettings | undefined
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly maxQueuedSpans?: number
  readonly intervalMs?: number
  readonly timeoutMs?: number
}

/** What the collector may recover from, by the OTLP specification; any other refusal is final. */
const retryableStatuses = new Set([429, 502, 503, 504])
const spanBytes = 1_000
const pack = promisify(gzip)

/** Sends spans to an OTLP/HTTP collector in batches; keeps and retries them while it is away, up to a bound. */
export function createOtlpExporter(options: OtlpExporterOptions): OtlpExporter {
  const { settings, logger, metrics, timeoutMs = 10_000 } = options
  const registers = [metrics]
  const exportedTotal = new Counter({
    name: 'slipway_otlp_spans_exported_total',
    help: 'Spans that the OTLP collector took.',
    registers,
  })
  const lostTotal = new Counter({
    name: 'slipway_otlp_spans_lost_total',
    help: 'Spans that the OTLP collector did not take, by cause; of what was never sent, inferences.',
    labelNames: ['cause'],
    registers,
  })
  const resource: OtlpAttribute[] = [
    { key: 'service.name', value: { stringValue: 'slipway' } },
    { key: 'service.instance.id', value: { stringValue: createId() } },
  ]
  const stopping = new AbortController()
  let retryAfterMs = 0

  const backlog = new Backlog<Inference>({
    maxItems: options.maxQueuedSpans ?? 8_192,
    maxBytes: 64 * 1_048_576,
    batchItems: 512,
    batchBytes: 4 * 1_048_576,
    intervalMs: options.intervalMs ?? 1_000,
    send,
    onLost: (cause, count) => lostTotal.inc({ cause }, count),
    onRetry: (error, attempt) => {
      if (attempt === 1) logger.warn({ err: error }, 'Spans cannot be exported; they wait in memory.')
    },
  })
  new Gauge({
    name: 'slipway_otlp_queue_length',
    help: 'Inferences that wait in memory to be exported with their parts.',
    registers,
    collect() {
      this.set(backlog.length)
    },
  })

  async function send(batch: readonly Inference[]): Promise<void> {
    const target = settings()
    if (!target) return lostTotal.inc({ cause: 'turned_off' }, batch.length)
    await waitAsAsked()
    const spans = batch.flatMap(inference => [
      toOtlpSpan(inference, target.providerName),
      ...(target.hasParts ? toPartSpans(inference, target.providerName) : []),
    ])
    const json = JSON.stringify(toExportRequest(spans, resource))
    const response = await fetch(`${target.endpoint.replace(/\/+$/, '')}/v1/traces`, {
      method: 'POST',
      headers: {
        ...target.headers,
        'content-type': 'application/json',
        ...(target.isPacked && { 'content-encoding': 'gzip' }),
      },
      // packed in a thread of its own
      body: target.isPacked ? new Uint8Array(await pack(json)) : json,
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping.signal]),
    })
    const text = (await response.text()).slice(0, 10_000)
    if (retryableStatuses.has(response.status)) {
      retryAfterMs = 1_000 * Math.min(60, Number(response.headers.get('retry-after')) || 0)
      throw new Failure(
        'upstream_error',
        `The OTLP collector answered ${response.status}; the spans are sent again.`,
        { details: { upstreamStatus: response.status } },
      )
    }
    if (!response.ok) {
      lostTotal.inc({ cause: 'refused' }, spans.length)
      logger.error(
        { status: response.status, refusal: text.slice(0, 500) },
        'The OTLP collector refused spans. Check `traces.otlp.endpoint` and `headers`.',
      )
      return
    }
    const refused = Math.min(spans.length, rejectedSpans(text))
    if (refused > 0) lostTotal.inc({ cause: 'refused' }, refused)
    exportedTotal.inc(spans.length - refused)
  }

  /** The collector's `retry-after`, cut short at the end. */
  async function waitAsAsked(): Promise<void> {
    const waitMs = retryAfterMs
    retryAfterMs = 0
    if (waitMs === 0 || stopping.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, waitMs)
    stopping.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    clearTimeout(timer)
  }

  return {
    record: inference => {
      if (!settings()) return
      // Without its content: that is never exported, and must not be kept in memory for it.
      backlog.add(inference.content ? { ...inference, content: undefined } : inference, spanBytes)
    },
    stop: async limitMs => {
      const timer = setTimeout(() => stopping.abort(), limitMs)
      await backlog.stop(limitMs)
      clearTimeout(timer)
      stopping.abort()
    },
  }
}

/** A collector may take a batch and still refuse some of it: `{"partialSuccess":{"rejectedSpans":"2"}}`. */
function rejectedSpans(text: string): number {
  try {
    const answer = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: string | number } } | null
    return Number(answer?.partialSuccess?.rejectedSpans ?? 0) || 0
  } catch {
    return 0 // an empty or foreign answer to a success is a success
  }
}
