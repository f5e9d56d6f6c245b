import { setImmediate as turn } from 'node:timers/promises'
import { Counter } from 'prom-client'
import { createId, Failure, type MetricsRegistry } from '../../../foundation/platform/index.ts'
import { homeTenant, type Principal } from '../../../govern/access/index.ts'
import type { SpansConfig } from '../../../foundation/config/index.ts'
import { addDays, dayOf, startOfDayMs } from '../day.ts'
import { answerBug, answerFailure, answerTaken, contentTypes, type Encoding } from './answers.ts'
import { type AttributeRule, createAttributeRule } from './attribute-rule.ts'
import type { ForeignSpan } from './foreign-span.ts'
import { readPackedBody } from './read-body.ts'
import { readJsonSpans } from './read-json.ts'
import { readProtobufSpans } from './read-protobuf.ts'
import { SpanAllowance } from './span-allowance.ts'
import type { SpanKeeper } from './span-keeper.ts'
import { type SpanFault, toForeignSpan } from './to-span.ts'

export interface SpanReceiverOptions {
  /** Throws `unauthenticated`. */
  readonly authenticate: (request: Request) => Principal
  /** Throws `forbidden`. */
  readonly authorize: (principal: Principal) => void
  /** What is kept of the spans of a tenant, and how many it may send; the same object while nothing changes. */
  readonly settings: (tenant: string) => SpansConfig
  readonly retentionDays: () => number
  readonly keeper: SpanKeeper
  readonly metrics: MetricsRegistry
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
  readonly limits?: { readonly bytes: number; readonly unpackedBytes: number }
  readonly now?: () => number
}

export const spansPath = '/otlp/v1/traces'

const usualLimits = { bytes: 8 * 1_048_576, unpackedBytes: 32 * 1_048_576 }
/** After so many, others have their turn. */
const spansInARow = 64
const daysAhead = 2

/**
 * Serves `/otlp`: takes spans over OTLP/HTTP, in protobuf and JSON, packed or not, for the tenant of the key. What is
 * taken waits in memory to be stored. Full or flooded, it says so before it reads (503, 429), and senders come again.
 */
export function createSpanReceiver(
  options: SpanReceiverOptions,
): (request: Request, path: string, isRefusing: boolean) => Promise<Response> {
  const { keeper, metrics, settings, limits = usualLimits, now = Date.now } = options
  const allowance = new SpanAllowance()
  const rules = new WeakMap<SpansConfig, AttributeRule>()
  const registers = [metrics]
  const received = new Counter({
    name: 'slipway_spans_received_total',
    help: 'Spans of applications that were taken, by the encoding they came in.',
    labelNames: ['encoding'],
    registers,
  })
  const rejected = new Counter({
    name: 'slipway_spans_rejected_total',
    help: 'Spans of applications that were not taken, by what was wrong with them.',
    labelNames: ['fault'],
    registers,
  })
  const refused = new Counter({
    name: 'slipway_spans_requests_refused_total',
    help: 'Requests with spans that were answered with an error, by its code.',
    labelNames: ['code'],
    registers,
  })

  function ruleOf(config: SpansConfig): AttributeRule {
    let rule = rules.get(config)
    if (!rule) rules.set(config, (rule = createAttributeRule(config)))
    return rule
  }

  async function receive(request: Request, encoding: Encoding): Promise<Response> {
    const principal = options.authenticate(request)
    options.authorize(principal)
    const tenant = homeTenant(principal)
    const config = settings(tenant)
    const waitSeconds = allowance.waitSeconds(tenant, config.maxPerMinute, now())
    if (waitSeconds > 0) {
      const message = `The tenant has sent the ${config.maxPerMinute} spans that it may send in a minute. Send them again later, or raise \`maxPerMinute\`.`
      throw new Failure('rate_limited', message, { details: { retryAfterSeconds: waitSeconds } })
    }
    assertRoom(1)
    const bytes = await readPackedBody(request, limits)
    const whose = { tenant, keyId: principal.keyId }
    const { taken, faults } = await readAll(bytes, encoding, whose, ruleOf(config))
    assertRoom(taken.length)
    allowance.take(tenant, config.maxPerMinute, taken.length, now())
    for (const span of taken) keeper.add(span, sizeOf(span))
    received.inc({ encoding }, taken.length)
    let count = 0
    for (const [fault, times] of faults) {
      rejected.inc({ fault }, times)
      count += times
    }
    return answerTaken(
      encoding,
      count,
      [...faults].map(([fault, times]) => `${times} with ${fault}`).join(', '),
    )
  }

  function assertRoom(count: number): void {
    if (keeper.hasRoom(count)) return
    const message = 'More spans wait to be stored than are held. Send them again.'
    throw new Failure('not_ready', message, { details: { retryAfterSeconds: 2 } })
  }

  /** All of a request or, where it is malformed, none of it. */
  async function readAll(
    bytes: Uint8Array,
    encoding: Encoding,
    whose: { readonly tenant: string; readonly keyId: string },
    rule: AttributeRule,
  ): Promise<{ taken: ForeignSpan[]; faults: Map<SpanFault, number> }> {
    const today = dayOf(now())
    const range = {
      fromMs: startOfDayMs(addDays(today, -options.retentionDays())),
      untilMs: startOfDayMs(addDays(today, daysAhead)),
    }
    const taken: ForeignSpan[] = []
    const faults = new Map<SpanFault, number>()
    let inARow = 0
    const spans = encoding === 'json' ? readJsonSpans(textOf(bytes), rule) : readProtobufSpans(bytes, rule)
    for (const raw of spans) {
      const span = toForeignSpan(raw, whose, range)
      if (typeof span === 'string') faults.set(span, (faults.get(span) ?? 0) + 1)
      else taken.push(span)
      inARow += 1
      if (inARow < spansInARow) continue
      inARow = 0
      await turn()
    }
    return { taken, faults }
  }

  return async (request, path, isRefusing) => {
    const requestId = createId()
    const encoding = encodingOf(request)
    try {
      if (path !== spansPath) {
        throw new Failure(
          'not_found',
          `There is no ${path.slice(0, 100)}. Spans go to ${spansPath}; metrics and logs are not taken.`,
        )
      }
      if (request.method !== 'POST') throw new Failure('method_not_allowed', `Send spans with POST.`)
      if (isRefusing) {
        throw new Failure('shutting_down', 'The server is shutting down. Send them again.', {
          details: { retryAfterSeconds: 1 },
        })
      }
      if (!encoding) {
        const message = `Send spans as ${contentTypes.protobuf} or ${contentTypes.json}.`
        throw new Failure('unsupported_media_type', message)
      }
      return await receive(request, encoding)
    } catch (error) {
      if (error instanceof Failure) {
        refused.inc({ code: error.code })
        options.onFailure(error, requestId)
        return answerFailure(error, encoding ?? 'json')
      }
      refused.inc({ code: 'internal_error' })
      options.onBug(error, requestId)
      return answerBug(requestId, encoding ?? 'json')
    }
  }
}

function encodingOf(request: Request): Encoding | undefined {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === contentTypes.json) return 'json'
  return type === contentTypes.protobuf || type === 'application/protobuf' ? 'protobuf' : undefined
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new Failure('invalid_request', 'The body is not valid UTF-8.', { cause })
  }
}

/** About what it holds; its text was bounded when it was read. */
function sizeOf({ attributes, events }: ForeignSpan): number {
  let bytes = 600 + events.length * 100
  for (const name in attributes) {
    const value = attributes[name]
    bytes +=
      name.length + (typeof value === 'string' ? value.length : typeof value === 'object' ? 200 : 8) + 32
  }
  return bytes
}
