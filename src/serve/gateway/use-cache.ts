import { homeTenant } from '../../govern/access/index.ts'
import { type Cache, type CachedAnswer, type Lookup, replayStream, replayWhole } from '../cache/index.ts'
import type { AnswerContext, Body, ClientDialect } from '../dialects/index.ts'
import type { Operation } from '../providers/index.ts'
import { eventStreamHeaders } from '../../foundation/platform/index.ts'
import type { Committed } from '../routing/index.ts'
import type { EmbedFor } from './embed-text.ts'
import type { Exchange } from './exchange.ts'
import { keepStream } from './remember.ts'
import type { Spend } from './spend.ts'

type Hit = Extract<Lookup, { kind: 'hit' }>
type Miss = Extract<Lookup, { kind: 'miss' }>

const cacheable: ReadonlySet<Operation> = new Set([
  'chat',
  'completion',
  'messages',
  'responses',
  'embedding',
])

/** Looks into the cache where the service has one for this tenant and the client does not mind. */
export function lookUp(
  cache: Pick<Cache, 'lookup'>,
  exchange: Exchange,
  dialect: ClientDialect,
  headers: Headers,
  embed: EmbedFor,
): Lookup | Promise<Lookup> | undefined {
  const { service, principal } = exchange.options
  const config = service.config.cache
  if (!config || !cacheable.has(dialect.operation)) return undefined
  const tenant = homeTenant(principal)
  if (config.tenants !== 'all' && !config.tenants.includes(tenant)) return undefined
  const control = headers.get('cache-control') ?? ''
  const body = exchange.request as Body
  const { n } = body
  if (/no-store/i.test(control) || (typeof n === 'number' && n > 1)) return undefined
  return cache.lookup({
    scope: { tenant, service: service.name, release: service.releaseKey, operation: dialect.operation },
    config,
    body,
    mode: /no-cache|max-age=0/i.test(control) ? 'refresh' : 'use',
    embed: embed(principal),
  })
}

/** Gives the kept answer, as a stream where one is asked for. Nothing was sent, so nothing is paid. */
export function answerFromCache(
  hit: Hit,
  exchange: Exchange,
  dialect: ClientDialect,
  context: AnswerContext,
  headers: Readonly<Record<string, string>>,
  keep?: (answer: Body) => void,
): Response {
  const { answer, how, ageSeconds, savedNanoUsd } = hit
  exchange.cached = { how, answer, savedNanoUsd }
  const told = { ...headers, 'slipway-cache': `hit; ${how}`, age: String(ageSeconds) }
  const replay = {
    inferenceId: context.inferenceId,
    createdAtSeconds: Math.floor(context.startedAtMs / 1_000),
    operation: dialect.operation === 'completion' ? 'completion' : 'chat',
  } as const
  if (exchange.options.isStream && answer.kind === 'message') {
    const events = replayStream(answer, replay, wantsUsage(context.request, dialect))
    const stream = keepStream((dialect.overChat ?? dialect).openStream(context), keep)
    const parts = [stream.push(encoder.encode(events)), stream.end()].filter(part => part !== undefined)
    exchange.succeed()
    return new Response(Buffer.concat(parts), { headers: { ...told, ...eventStreamHeaders } })
  }
  const whole = replayWhole(answer, replay)
  const translated = dialect.overChat?.fromReply(JSON.parse(whole) as Body, context)
  if (translated) keep?.(translated)
  const reply = translated ? JSON.stringify(translated) : whole
  exchange.succeed()
  return new Response(reply, { headers: { ...told, 'content-type': 'application/json' } })
}

/** Keeps what the model said for the next who asks the same. */
export function keepAnswer(miss: Miss, committed: Committed, spend: Spend): void {
  const answer = toCachedAnswer(committed)
  if (answer && !spend.isEstimate) miss.keep(answer, spend.costNanoUsd)
}

function toCachedAnswer(committed: Committed): CachedAnswer | undefined {
  const { observation, target } = committed.attempt
  const usage = observation?.usage
  if (!observation || !usage) return undefined
  const model = observation.upstreamModel ?? target.model
  const { finishReason, content } = observation
  if (finishReason !== undefined) return { kind: 'message', content, finishReason, usage, model }
  if (committed.kind === 'stream') return undefined
  const { body } = committed.answer
  return { kind: 'body', body: typeof body === 'string' ? body : decoder.decode(body), usage, model }
}

/** A translated stream takes its usage from the chat; a chat's client has it only where it asked. */
function wantsUsage(request: Body, dialect: ClientDialect): boolean {
  const options = request['stream_options'] as { include_usage?: unknown } | null | undefined
  return dialect.overChat !== undefined || options?.include_usage === true
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
