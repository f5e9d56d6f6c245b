import { Gauge, type Registry } from 'prom-client'
import {
  addingFamily,
  Backlog,
  Failure,
  isStorageUnavailable,
  memoised,
  sqlState,
} from '../../foundation/platform/index.ts'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { DataKey } from './data-key.ts'
import type { KeyRing } from './key-ring.ts'
import { namesIn } from './placeholder.ts'
import { findPseudonyms, insertPseudonyms, type StoredPseudonym } from './pseudonym-store.ts'
import {
  ConversationValues,
  type Pseudonym,
  type PseudonymScope,
  Pseudonyms,
  type PseudonymsPorts,
} from './pseudonyms.ts'

/** The placeholders of all conversations: at once in memory, soon sealed in Postgres. */
export interface PseudonymBook {
  /**
   * The placeholders of a request. Memory only, but for the first use of a tenant's key by this process, which reads
   * Postgres; rejects with `storage_unavailable` where that is away.
   */
  of(scope: PseudonymScope): Pseudonyms | Promise<Pseudonyms>
  /** The same, with the values behind the placeholders in these texts, which were masked earlier, here or elsewhere. */
  recall(scope: PseudonymScope, texts: readonly string[]): Promise<Pseudonyms>
  /** Every value of a conversation that can still be opened, with the key that sent it. */
  reveal(conversation: {
    readonly tenant: string
    readonly conversation: string
    readonly keyId?: string | undefined
  }): Promise<RevealedPseudonym[]>
  flush(timeoutMs: number): Promise<boolean>
  stop(timeoutMs?: number): Promise<void>
}

export interface RevealedPseudonym {
  readonly placeholder: string
  readonly type: string
  /** `undefined` where its key was shredded. */
  readonly value: string | undefined
  readonly keyId: string
  readonly createdAt: Date
}

export interface PseudonymBookOptions {
  readonly database: Database
  readonly keys: KeyRing
  readonly logger: Logger
  readonly metrics: Registry
  readonly now?: () => number
  /** How long a conversation is held in memory after its last request. */
  readonly holdMs?: number
  /** What all conversations may take of it. */
  readonly maxHeldBytes?: number
}

interface Held {
  readonly values: ConversationValues
  readonly written: Set<string>
  usedAtMs: number
  bytes: number
}

interface Waiting {
  readonly values: ConversationValues
  readonly pseudonym: Pseudonym
  readonly createdAt: Date
}

/** Longer than any e-mail address, key or postal address; what is longer is masked and not kept. */
const longestValue = 16_384
const mostOfAConversation = 10_000

export function createPseudonymBook(options: PseudonymBookOptions): PseudonymBook {
  const { database, keys, now = Date.now, holdMs = 1_800_000, maxHeldBytes = 64 * 1_048_576 } = options
  const logger = options.logger.child({ part: 'privacy' })
  const registry = options.metrics
  const masked = memoised(
    addingFamily('counter', {
      name: 'slipway_masked_total',
      help: 'Values that were replaced by a placeholder, by type and by what becomes of them.',
      labelNames: ['type', 'fate'],
      registry,
    }),
  )
  const returned = addingFamily('counter', {
    name: 'slipway_reidentified_total',
    help: 'Values that answers gave back to who had sent them; each counts once for a request.',
    labelNames: [],
    registry,
  })({})
  const lost = memoised(
    addingFamily('counter', {
      name: 'slipway_pseudonyms_lost_total',
      help: 'Values behind placeholders that were not stored, by cause: after a restart nobody gets them back.',
      labelNames: ['cause'],
      registry,
    }),
  )
  const held = new Map<string, Held>()
  let heldBytes = 0
  new Gauge({
    name: 'slipway_pseudonym_conversations',
    help: 'Conversations whose placeholders are held in memory.',
    registers: [registry],
    collect() {
      this.set(held.size)
    },
  })

  const backlog = new Backlog<Waiting>({
    maxItems: 50_000,
    maxBytes: 32 * 1_048_576,
    batchItems: 500,
    batchBytes: 4 * 1_048_576,
    intervalMs: 100,
    send: write,
    onLost: (cause, count) => {
      lost({ cause }).add(count)
      logger.error({ cause, count }, 'Values behind placeholders were not stored.')
    },
    onRetry: (error, attempt, delayMs) =>
      logger.warn({ err: error, attempt, delayMs }, 'Values behind placeholders could not be stored yet.'),
  })

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      await insertPseudonyms(database, batch.map(seal))
    } catch (error) {
      if (isAway(error)) throw error
      // one that the database refuses must not hold up the others
      for (const one of batch) {
        try {
          await insertPseudonyms(database, [seal(one)])
        } catch (refusal) {
          if (isAway(refusal)) throw refusal
          lost({ cause: 'rejected' }).add(1)
          logger.error({ code: sqlState(refusal) }, 'The database refused the value behind a placeholder.')
        }
      }
    }
  }

  function seal({ values, pseudonym, createdAt }: Waiting): StoredPseudonym {
    const { scope, key } = values
    const { name, type, value } = pseudonym
    const sealed = key.seal(JSON.stringify([type, value]), placeOf(scope, name))
    return { ...scope, name, dataKeyId: key.id, sealed, createdAt }
  }

  const ports: PseudonymsPorts = {
    keep: (values, pseudonym) => {
      const entry = held.get(nameOfScope(values.scope))
      // once for each value, as long as the conversation is held
      if (entry?.values === values) {
        if (entry.written.has(pseudonym.name)) return
        entry.written.add(pseudonym.name)
      }
      if (pseudonym.value.length > longestValue) return lost({ cause: 'too_long' }).add(1)
      backlog.add({ values, pseudonym, createdAt: new Date(now()) }, 300 + 2 * pseudonym.value.length)
      if (entry?.values === values) weigh(entry)
    },
    onMasked: (type, fate) => masked({ type, fate }).add(1),
    onReturned: count => returned.add(count),
  }

  function hold(scope: PseudonymScope, key: DataKey): ConversationValues {
    const name = nameOfScope(scope)
    const nowMs = now()
    const known = held.get(name)
    if (known && nowMs - known.usedAtMs < holdMs) {
      known.usedAtMs = nowMs
      held.delete(name)
      held.set(name, known)
      return known.values
    }
    if (known) drop(name, known)
    const values = new ConversationValues(scope, key)
    const entry: Held = { values, written: new Set(), usedAtMs: nowMs, bytes: values.bytes }
    held.set(name, entry)
    heldBytes += entry.bytes
    makeRoom(nowMs)
    return values
  }

  function weigh(entry: Held): void {
    heldBytes += entry.values.bytes - entry.bytes
    entry.bytes = entry.values.bytes
    makeRoom(now())
  }

  /** Those used least recently stand first. */
  function makeRoom(nowMs: number): void {
    for (const [name, entry] of held) {
      if (heldBytes <= maxHeldBytes && nowMs - entry.usedAtMs < holdMs) break
      drop(name, entry)
    }
  }

  function drop(name: string, entry: Held): void {
    held.delete(name)
    heldBytes -= entry.bytes
  }

  keys.onShred(id => {
    for (const [name, entry] of held) if (entry.values.key.id === id) drop(name, entry)
  })

  async function openStored(stored: StoredPseudonym): Promise<Pseudonym | undefined> {
    const key = await keys.find(stored.dataKeyId)
    if (!key) return undefined
    const [type, value] = JSON.parse(key.open(stored.sealed, placeOf(stored, stored.name))) as [
      string,
      string,
    ]
    return { name: stored.name, type, value }
  }

  async function recall(scope: PseudonymScope, texts: readonly string[]): Promise<Pseudonyms> {
    const values = hold(scope, await keys.current(scope.tenant, 'pseudonyms'))
    const names = [...new Set(texts.flatMap(namesIn))]
    const missing = names.filter(name => !values.find(name))
    if (missing.length > 0) {
      for (const stored of await findPseudonyms(database, scope, mostOfAConversation, missing)) {
        const pseudonym = await openStored(stored)
        if (pseudonym) values.learn(pseudonym)
      }
    }
    const pseudonyms = new Pseudonyms(values, ports)
    pseudonyms.allow(names)
    return pseudonyms
  }

  return {
    of: scope => {
      const key = keys.current(scope.tenant, 'pseudonyms')
      if (key instanceof Promise) return key.then(opened => new Pseudonyms(hold(scope, opened), ports))
      return new Pseudonyms(hold(scope, key), ports)
    },
    recall,
    reveal: async conversation => {
      await backlog.flush(1_000)
      const stored = await findPseudonyms(database, conversation, mostOfAConversation)
      return await Promise.all(
        stored.map(async one => {
          const pseudonym = await openStored(one)
          return {
            placeholder: `<${one.name}>`,
            type: one.name.replace(/_[0-9a-f]+$/, ''),
            value: pseudonym?.value,
            keyId: one.keyId,
            createdAt: one.createdAt,
          }
        }),
      )
    },
    flush: timeoutMs => backlog.flush(timeoutMs),
    stop: async (timeoutMs = 5_000) => {
      await backlog.stop(timeoutMs)
      held.clear()
    },
  }
}

function nameOfScope({ tenant, keyId, conversation }: PseudonymScope): string {
  return JSON.stringify([tenant, keyId, conversation])
}

/** Where a sealed value belongs: it opens for no other key, conversation or placeholder. */
function placeOf({ tenant, keyId, conversation }: PseudonymScope, name: string): string[] {
  return ['pseudonym', tenant, keyId, conversation, name]
}

function isAway(error: unknown): boolean {
  return isStorageUnavailable(error) || (error instanceof Failure && error.code === 'storage_unavailable')
}
