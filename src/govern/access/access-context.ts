import { Failure } from '../../foundation/platform/index.ts'
import type { Database, Queryable } from '../../foundation/platform/index.ts'
import type { Actor, Audit } from '../audit/index.ts'
import type { DecisionTable } from './decision-table.ts'
import type { DirectoryFeed } from './directory-feed.ts'
import { findKey } from './key-store.ts'
import type { Principal } from './principal.ts'
import { announceChange, lockState } from './state-store.ts'

/** What the use cases of access stand on. */
export interface AccessContext {
  readonly database: Database
  readonly audit: Audit
  readonly table: DecisionTable
  readonly feed: DirectoryFeed
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Who calls a use case, and in which request. */
export interface Caller {
  readonly principal: Principal
  readonly requestId: string
}

export function actorOf(principal: Principal): Actor {
  return { id: principal.keyId, name: principal.keyName }
}

/**
 * Runs a change of keys or tenants in one transaction, after all others, and announces it to every replica. This
 * replica knows the change when it resolves.
 */
export async function changeAccess<Result>(
  context: AccessContext,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  const result = await context.database.transaction(async transaction => {
    await lockState(transaction)
    const outcome = await work(transaction)
    await announceChange(transaction)
    return outcome
  })
  await context.feed.refresh()
  return result
}

/**
 * Within a change: throws `unauthenticated` where the caller's key was revoked since it was authenticated, so that
 * a key on its way out leaves nothing behind.
 */
export async function assertStillLive(transaction: Queryable, principal: Principal): Promise<void> {
  const key = await findKey(transaction, principal.keyId)
  if (!key || key.revokedAt) throw new Failure('unauthenticated', 'This key has been revoked.')
}
