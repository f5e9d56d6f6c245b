import { createId } from '../../foundation/platform/index.ts'
import type { Database, Queryable } from '../../foundation/platform/index.ts'
import { insertEntry, listEntries } from './audit-store.ts'
import type { AuditEntry, AuditFilter } from './audit-entry.ts'
import { contentHash } from './content-hash.ts'

/** Who did it: the id and the name of a key, or the system itself. */
export interface Actor {
  readonly id: string
  readonly name: string
}

/** What Slipway does by itself, e.g. apply a configuration file. */
export function systemActor(name: string): Actor {
  return { id: 'system', name }
}

export interface AuditRead {
  readonly actor: Actor
  readonly action: string
  readonly subject: string
  readonly tenant: string | undefined
  readonly requestId?: string | undefined
}

export interface AuditChange extends AuditRead {
  /** The subject as it was; left out where it did not exist. Only its hash is kept. */
  readonly before?: unknown
  /** The subject as it is now; left out where it is gone. */
  readonly after?: unknown
}

/** The only way into and out of the audit log. Nothing can change or remove an entry. */
export interface Audit {
  /** Pass the transaction of the change, so that there is never the one without the other. */
  record(change: AuditChange, transaction?: Queryable): Promise<AuditEntry>
  /** An administrative read: who looked at what. Await it before answering. */
  recordRead(read: AuditRead): Promise<void>
  /** Newest first. `nextCursor` continues the list; `undefined` at its end. */
  list(filter: AuditFilter): Promise<{ entries: AuditEntry[]; nextCursor: string | undefined }>
}

export function createAudit(options: { database: Database; now?: () => number }): Audit {
  const { database, now = Date.now } = options

  async function record(change: AuditChange, transaction: Queryable = database): Promise<AuditEntry> {
    const entry: AuditEntry = {
      id: createId(),
      at: new Date(now()),
      actor: change.actor.id,
      actorName: change.actor.name,
      action: change.action,
      subject: change.subject,
      tenant: change.tenant,
      beforeHash: change.before === undefined ? undefined : contentHash(change.before),
      afterHash: change.after === undefined ? undefined : contentHash(change.after),
      requestId: change.requestId,
    }
    await insertEntry(transaction, entry)
    return entry
  }

  return {
    record,
    recordRead: async read => {
      await record(read)
    },
    list: async filter => {
      // one more than asked tells whether there is a next page
      const found = await listEntries(database, { ...filter, limit: filter.limit + 1 })
      const entries = found.slice(0, filter.limit)
      return { entries, nextCursor: found.length > filter.limit ? entries.at(-1)?.id : undefined }
    },
  }
}
