import { Counter, Gauge, type Registry } from 'prom-client'
import {
  Backlog,
  Failure,
  isStorageUnavailable,
  timeOfId,
  type Database,
  type Logger,
} from '../../foundation/platform/index.ts'
import type { KeyRing, SealedPlace } from '../../govern/privacy/index.ts'
import type { Body } from '../dialects/index.ts'
import { RecentResponses } from './recent-responses.ts'
import {
  deletedChannel,
  deleteResponse,
  findResponse,
  type FoundResponse,
  insertResponses,
  type WrittenResponse,
} from './response-store.ts'
import type { StoredResponse } from './stored-response.ts'

export interface ArchiveOptions {
  readonly database: Database
  readonly logger: Logger
  readonly registry: Registry
  /** Responses are their client's own: they are kept as they were, and sealed. */
  readonly keys: Pick<KeyRing, 'seal' | 'open' | 'onShred'>
  readonly retentionDays: () => number
  readonly maxQueuedResponses?: number
  readonly maxQueuedBytes?: number
  /** What is held in memory to be gone on from. */
  readonly maxHeldBytes?: number
  readonly now?: () => number
}

/** Keeps responses: at once in memory, soon in Postgres, as long as they are within retention. */
export interface ResponseArchive {
  /** Memory only; never throws. What the queue cannot hold is lost, and counted. */
  add(stored: StoredResponse): void
  find(id: string): Promise<StoredResponse | undefined>
  /** When it resolves nobody finds it any more, on this replica; the others hear of it at once. */
  remove(id: string): Promise<void>
  flush(timeoutMs: number): Promise<boolean>
  stop(timeoutMs?: number): Promise<void>
}

interface Content {
  readonly input: readonly Body[]
  readonly response: Body
}

/** One on its way to where it is sealed and stored. */
interface Waiting extends Omit<StoredResponse, keyof Content> {
  /** JSON of its `Content`. */
  readonly content: string
}

const dayMs = 86_400_000
/** Another replica writes an answer within this time after it was given. */
const settlingMs = 2_000
const triesWhileSettling = 4
const pauseMs = 60

export async function createResponseArchive(options: ArchiveOptions): Promise<ResponseArchive> {
  const { database, registry, keys, retentionDays, now = Date.now } = options
  const logger = options.logger.child({ part: 'responses' })
  const recent = new RecentResponses(options.maxHeldBytes ?? 64 * 1_048_576)
  const registers = [registry]
  new Gauge({
    name: 'slipway_responses_held_bytes',
    help: 'About how many bytes the responses take that are held in memory.',
    registers,
    collect() {
      this.set(recent.bytes)
    },
  })
  const written = new Counter({ name: 'slipway_responses_kept_total', help: 'Responses stored.', registers })
  const lost = new Counter({
    name: 'slipway_responses_lost_total',
    help: 'Responses that were to be stored and were not, by cause.',
    labelNames: ['cause'],
    registers,
  })
  const reads = new Counter({
    name: 'slipway_responses_read_total',
    help: 'Stored responses that were asked for, by where they were found.',
    labelNames: ['source'],
    registers,
  })
  keys.onShred(() => recent.clear())
  const backlog = new Backlog<Waiting>({
    maxItems: options.maxQueuedResponses ?? 5_000,
    maxBytes: options.maxQueuedBytes ?? 64 * 1_048_576,
    batchItems: 100,
    batchBytes: 4 * 1_048_576,
    intervalMs: 50,
    send: write,
    onLost: (cause, count) => {
      lost.inc({ cause }, count)
      logger.error({ cause, count }, 'Responses were not stored.')
    },
    onRetry: (error, attempt, delayMs) =>
      logger.warn({ err: error, attempt, delayMs }, 'Responses could not be stored yet.'),
  })
  const unlisten = await database.listen(deletedChannel, id => {
    // empty after a connection was lost: what was deleted meanwhile is not known
    if (id === '') recent.clear()
    else recent.forget(id)
  })

  async function write(batch: readonly Waiting[]): Promise<void> {
    const wanted = batch.filter(({ id }) => !recent.isDeleted(id))
    try {
      await insertResponses(database, await Promise.all(wanted.map(seal)))
      written.inc(wanted.length)
    } catch (error) {
      if (isAway(error)) throw error
      await writeOneByOne(wanted)
    }
  }

  async function seal({ content, ...response }: Waiting): Promise<WrittenResponse> {
    return { ...response, sealed: await keys.seal(placeOf(response), content) }
  }

  /** `undefined` where its key was shredded. */
  async function open({ content, ...response }: FoundResponse): Promise<StoredResponse | undefined> {
    if ('input' in content) return { ...response, ...content }
    const text = await keys.open(placeOf(response), content)
    return text === undefined ? undefined : { ...response, ...(JSON.parse(text) as Content) }
  }

  /** One that the database refuses must not hold up the others. */
  async function writeOneByOne(batch: readonly Waiting[]): Promise<void> {
    for (const one of batch) {
      try {
        await insertResponses(database, [await seal(one)])
        written.inc()
      } catch (error) {
        if (isAway(error)) throw error
        lost.inc({ cause: 'rejected' })
        logger.error({ err: error, id: one.id }, 'A response was refused by the database.')
      }
    }
  }

  async function read(id: string): Promise<StoredResponse | undefined> {
    const held = recent.get(id)
    if (held) {
      reads.inc({ source: 'memory' })
      return held
    }
    if (recent.isDeleted(id)) return undefined
    // one that was pushed out of memory may still be on its way
    if (backlog.length > 0) await backlog.flush(1_000)
    for (let attempt = 0; attempt < triesWhileSettling; attempt += 1) {
      const found = await findResponse(database, id)
      const stored = found && (await open(found))
      if (found && !stored) break
      if (stored) {
        reads.inc({ source: 'database' })
        recent.add(stored, sizeOf(stored.input) + sizeOf(stored.response))
        return recent.isDeleted(id) ? undefined : stored
      }
      if (now() - (timeOfId(id) ?? 0) > settlingMs) break
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
    reads.inc({ source: 'nowhere' })
    return undefined
  }

  return {
    add: stored => {
      const { input, response, ...others } = stored
      const content = JSON.stringify({ input, response } satisfies Content)
      const bytes = 2 * content.length
      recent.add(stored, bytes)
      backlog.add({ ...others, content }, bytes)
    },
    find: async id => {
      const stored = await read(id)
      const oldestMs = now() - retentionDays() * dayMs
      return stored && stored.createdAt.getTime() >= oldestMs ? stored : undefined
    },
    remove: async id => {
      recent.forget(id)
      await backlog.flush(1_000)
      await deleteResponse(database, id)
    },
    flush: async timeoutMs => await backlog.flush(timeoutMs),
    stop: async (timeoutMs = 5_000) => {
      await backlog.stop(timeoutMs)
      await unlisten()
    },
  }
}

function isAway(error: unknown): boolean {
  return isStorageUnavailable(error) || (error instanceof Failure && error.code === 'storage_unavailable')
}

function placeOf({ id, tenant }: Pick<StoredResponse, 'id' | 'tenant'>): SealedPlace {
  return { tenant, purpose: 'content', record: ['response', id] }
}

function sizeOf(value: unknown): number {
  return 2 * JSON.stringify(value).length
}
