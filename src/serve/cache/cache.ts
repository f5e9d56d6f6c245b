import type { Registry } from 'prom-client'
import type { CacheConfig, SemanticCacheConfig } from '../../foundation/config/index.ts'
import type { Masked } from '../../govern/privacy/index.ts'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import { AnswerStore, type StoredAnswer } from './answer-store.ts'
import { type CacheScope, exactKey, type Question, questionOf } from './cache-key.ts'
import { createCacheMetrics } from './cache-metrics.ts'
import { type CachedAnswer, isWorthKeeping, textOf } from './cached-answer.ts'
import { announceCleared, clearedChannel } from './cache-store.ts'
import { dot, SemanticIndex, unitVector } from './semantic-index.ts'
import { TrialBook } from './trial-book.ts'
import type { Verdict } from './semantic-trials.ts'

export interface CacheOptions {
  readonly database: Database
  readonly logger: Logger
  readonly metrics: Registry
  readonly limitBytes?: number
}

/** A text's embedding by the service that the configuration names; `undefined` where it did not come in time. */
export type Embed = (
  service: string,
  text: Masked<string>,
  timeoutMs: number,
) => Promise<readonly number[] | undefined>

export interface CacheRequest {
  readonly scope: CacheScope
  readonly config: CacheConfig
  /** What keys are made of, and what an embedder is told. */
  readonly body: Masked<Readonly<Record<string, unknown>>>
  /** `refresh` asks the model and keeps its answer: the client sent `cache-control: no-cache`. */
  readonly mode: 'use' | 'refresh'
  readonly embed: Embed
}

export type Lookup =
  | {
      readonly kind: 'hit'
      readonly how: 'exact' | 'semantic'
      readonly answer: CachedAnswer
      readonly ageSeconds: number
      readonly savedNanoUsd: number | undefined
      /** Of the two questions, where they were compared by meaning. */
      readonly similarity: number | undefined
    }
  | {
      readonly kind: 'miss'
      readonly why: MissReason
      readonly similarity: number | undefined
      keep(answer: Masked<CachedAnswer>, costNanoUsd: number | undefined): void
    }

/** Why a kept answer was not given. */
export type MissReason =
  /** Nothing is kept for such a request, or it is too old. */
  | 'new'
  | 'expired'
  /** The client wants the model's own answer. */
  | 'refresh'
  /** By meaning: no vector came in time; nothing is near enough; something is, and only measured; measured and not good enough; this one is asked again to measure. */
  | 'no_vector'
  | 'not_similar'
  | 'shadow'
  | 'not_trusted'
  | 'sampled'

export interface CacheState {
  readonly answers: number
  readonly bytes: number
  /** How the semantic cache has been measured; `undefined` where there is none. */
  readonly semantic: Verdict | undefined
}

export interface Cache {
  /** Memory only, apart from the call of the embedder where the service compares by meaning. */
  lookup(request: CacheRequest): Lookup | Promise<Lookup>
  state(service: string, config: CacheConfig): CacheState
  /** Forgets the answers of a service in every process; returns how many this one had. */
  clear(service: string): Promise<number>
  stop(): Promise<void>
}

interface Asked {
  readonly vector: Float32Array
  readonly context: string
  /** The old answer that a semantic hit would give, not served: the model is asked to compare. */
  readonly shadow: Masked<CachedAnswer> | undefined
}

/** Answers in memory, each process its own. Nothing is kept or given outside of one tenant, service and release. */
export function createCache(options: CacheOptions): Cache {
  const { database, logger, limitBytes = 128 * 1024 * 1024 } = options
  const store = new AnswerStore(limitBytes)
  const index = new SemanticIndex()
  const metrics = createCacheMetrics(options.metrics, () => store.bytes)
  const trials = new TrialBook(database, logger)
  void trials.exchange()
  // after a lost connection nobody knows what was cleared meanwhile, so all is forgotten
  const hearing = database
    .listen(clearedChannel, service => void store.clear(service === '' ? undefined : service))
    .catch((error: unknown) => {
      logger.warn({ err: error }, 'The cache does not hear when another process is told to forget answers.')
      return undefined
    })

  function hit(how: 'exact' | 'semantic', stored: StoredAnswer, similarity?: number): Lookup {
    metrics.lookedUp(stored.service, how)
    if (stored.costNanoUsd !== undefined) metrics.saved(stored.service, stored.costNanoUsd)
    return {
      kind: 'hit',
      how,
      answer: stored.answer.value,
      ageSeconds: Math.floor((Date.now() - stored.storedAtMs) / 1_000),
      savedNanoUsd: stored.costNanoUsd,
      similarity,
    }
  }

  function miss(
    request: CacheRequest,
    key: string,
    asked: Asked | undefined,
    why: MissReason,
    similarity?: number,
  ): Lookup {
    const { service } = request.scope
    metrics.lookedUp(service, 'miss')
    return {
      kind: 'miss',
      why,
      similarity,
      keep(answer, costNanoUsd) {
        if (!isWorthKeeping(answer.value)) return
        const { exact, semantic } = request.config
        const nowMs = Date.now()
        const ttlSeconds = Math.max(exact?.ttlSeconds ?? 0, semantic?.ttlSeconds ?? 0)
        const expiresAtMs = nowMs + ttlSeconds * 1_000
        store.set(key, { answer, service, costNanoUsd, storedAtMs: nowMs, expiresAtMs })
        if (!semantic || !asked) return
        if (asked.shadow) void compare(request, semantic, asked.shadow, answer)
        if (textOf(answer.value) === undefined) return
        const entry = {
          vector: asked.vector,
          answerKey: key,
          expiresAtMs: nowMs + semantic.ttlSeconds * 1_000,
        }
        index.add(asked.context, entry, nowMs)
      },
    }
  }

  /** Whether the old answer says the same as the new one; where that cannot be told, it counts as wrong. */
  async function compare(
    { scope, embed }: CacheRequest,
    config: SemanticCacheConfig,
    old: Masked<CachedAnswer>,
    fresh: Masked<CachedAnswer>,
  ): Promise<void> {
    const isWrong = !(await agree(old.map(textOf), fresh.map(textOf), config, embed))
    trials.count(scope.service, config, isWrong)
    metrics.tried(scope.service, isWrong)
  }

  async function lookupByMeaning(
    request: CacheRequest,
    semantic: SemanticCacheConfig,
    key: string,
    question: Question,
  ): Promise<Lookup> {
    const text = request.body.map(() => question.text)
    const vector = await embedUnit(text, semantic, request.embed)
    if (!vector) return miss(request, key, undefined, 'no_vector')
    const nowMs = Date.now()
    const match = index.nearest(question.context, vector, nowMs)
    const found =
      match && match.similarity >= semantic.threshold ? store.get(match.answerKey, nowMs) : undefined
    const why = found ? whyNotServed(request, semantic) : 'not_similar'
    if (found && match && why === undefined) return hit('semantic', found, match.similarity)
    const asked = { vector, context: question.context, shadow: found?.answer }
    return miss(request, key, asked, why ?? 'new', match?.similarity)
  }

  function whyNotServed(
    { mode, scope }: CacheRequest,
    semantic: SemanticCacheConfig,
  ): MissReason | undefined {
    if (mode === 'refresh') return 'refresh'
    if (semantic.mode !== 'serve') return 'shadow'
    if (!trials.verdict(scope.service, semantic).mayServe) return 'not_trusted'
    return Math.random() * 100 < semantic.samplePercent ? 'sampled' : undefined
  }

  return {
    lookup(request) {
      const { scope, config, mode } = request
      const body = request.body.value
      const key = exactKey(scope, body)
      const found = config.exact && mode === 'use' ? store.get(key, Date.now()) : undefined
      const isFresh = found && Date.now() - found.storedAtMs < (config.exact?.ttlSeconds ?? 0) * 1_000
      if (found && isFresh) return hit('exact', found)
      const question = config.semantic && questionOf(scope, body)
      return config.semantic && question
        ? lookupByMeaning(request, config.semantic, key, question)
        : miss(request, key, undefined, mode === 'refresh' ? 'refresh' : found ? 'expired' : 'new')
    },
    state(service, { semantic }) {
      const size = store.sizes().get(service)
      return {
        answers: size?.answers ?? 0,
        bytes: size?.bytes ?? 0,
        semantic: semantic && trials.verdict(service, semantic),
      }
    },
    clear: async service => {
      const forgotten = store.clear(service)
      await announceCleared(database, service)
      return forgotten
    },
    stop: async () => {
      await trials.stop()
      await hearing.then(end => end?.())
    },
  }
}

async function embedUnit(
  text: Masked<string>,
  { embedder, timeoutMs }: SemanticCacheConfig,
  embed: Embed,
): Promise<Float32Array | undefined> {
  const values = await embed(embedder, text, timeoutMs).catch(() => undefined)
  return values && unitVector(values)
}

async function agree(
  old: Masked<string | undefined>,
  fresh: Masked<string | undefined>,
  config: SemanticCacheConfig,
  embed: Embed,
): Promise<boolean> {
  if (!isText(old) || !isText(fresh)) return false
  if (plain(old.value) === plain(fresh.value)) return true
  const [left, right] = await Promise.all([embedUnit(old, config, embed), embedUnit(fresh, config, embed)])
  return left !== undefined && right?.length === left.length && dot(left, right) >= config.agreement
}

function isText(text: Masked<string | undefined>): text is Masked<string> {
  return text.value !== undefined
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
