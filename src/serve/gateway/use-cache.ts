import { homeTenant } from '../../govern/access/index.ts'
import type { Cache, CachedAnswer, Lookup } from '../cache/index.ts'
import type { AnswerContext, Body, ClientDialect } from '../dialects/index.ts'
import type { Operation } from '../providers/index.ts'
import type { Committed } from '../routing/index.ts'
import type { CacheSkipReason } from './decisions.ts'
import { cacheable } from './cacheable.ts'
import type { EmbedFor } from './embed-text.ts'
import type { Exchange } from './exchange.ts'
import type { Spend } from './spend.ts'
import { writeAnswer } from './write-answer.ts'

type Hit = Extract<Lookup, { kind: 'hit' }>
type Miss = Extract<Lookup, { kind: 'miss' }>

const cachedOperations: ReadonlySet<Operation> = new Set([
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
  /** Of the policy that holds: an answer that went through another is another. */
  policyHash?: string,
): Lookup | Promise<Lookup> | undefined {
  const { service, principal } = exchange.options
  const config = service.config.cache
  if (!config) return undefined
  if (!cachedOperations.has(dialect.operation)) return skipped(exchange, 'operation')
  const tenant = homeTenant(principal)
  if (config.tenants !== 'all' && !config.tenants.includes(tenant)) return skipped(exchange, 'other_tenant')
  const control = headers.get('cache-control') ?? ''
  const body = exchange.request as Body
  const { n } = body
  if (/no-store/i.test(control)) return skipped(exchange, 'no_store')
  if (typeof n === 'number' && n > 1) return skipped(exchange, 'several_answers')
  const startMs = exchange.elapsedMs
  const looked = cache.lookup({
    scope: {
      tenant,
      service: service.name,
      release: policyHash === undefined ? service.releaseKey : `${service.releaseKey} ${policyHash}`,
      operation: dialect.operation,
    },
    config,
    body: cacheable(exchange, body),
    mode: /no-cache|max-age=0/i.test(control) ? 'refresh' : 'use',
    embed: embed(principal),
  })
  return looked instanceof Promise
    ? looked.then(lookup => noted(exchange, startMs, lookup))
    : noted(exchange, startMs, looked)
}

function skipped({ decisions, elapsedMs }: Exchange, why: CacheSkipReason): undefined {
  decisions.cache = { startMs: elapsedMs, endMs: elapsedMs, how: 'skipped', why }
}

function noted({ decisions, elapsedMs }: Exchange, startMs: number, lookup: Lookup): Lookup {
  decisions.cache =
    lookup.kind === 'hit'
      ? {
          startMs,
          endMs: elapsedMs,
          how: lookup.how,
          ageSeconds: lookup.ageSeconds,
          similarity: lookup.similarity,
        }
      : { startMs, endMs: elapsedMs, how: 'miss', why: lookup.why, similarity: lookup.similarity }
  return lookup
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
  const written = writeAnswer(answer, dialect, context, exchange.options.isStream, keep)
  exchange.succeed()
  return new Response(written.body, { headers: { ...told, ...written.headers } })
}

/** Keeps what the model said for the next who asks the same. */
export function keepAnswer(
  exchange: Exchange,
  miss: Miss,
  committed: Committed,
  spend: Spend,
  kept: (content: unknown) => unknown = content => content,
): void {
  const answer = toCachedAnswer(committed, kept)
  if (answer && !spend.isEstimate) miss.keep(cacheable(exchange, answer), spend.costNanoUsd)
}

export function toCachedAnswer(
  committed: Committed,
  kept: (content: unknown) => unknown = content => content,
): CachedAnswer | undefined {
  const { observation, target } = committed.attempt
  const usage = observation?.usage
  if (!observation || !usage) return undefined
  const model = observation.upstreamModel ?? target.model
  const { finishReason, content } = observation
  if (finishReason !== undefined)
    return { kind: 'message', content: kept(content), finishReason, usage, model }
  if (committed.kind === 'stream') return undefined
  const { body } = committed.answer
  return { kind: 'body', body: typeof body === 'string' ? body : decoder.decode(body), usage, model }
}

const decoder = new TextDecoder()
