import { createId, type Queryable } from '../../../foundation/platform/index.ts'
import type { EventName, FactsOf } from './event-kinds.ts'
import { insertEvent } from './event-store.ts'

/** Something that happened and may begin runs. */
export interface PipelineEvent<Name extends EventName = EventName> {
  readonly name: Name
  /** `undefined`: of the installation, which only triggers hear of that a key of the installation has defined. */
  readonly tenant: string | undefined
  /** The same for the same happening, and no other of the name: it is told once however often it is written. */
  readonly key: string
  /** What expressions read as `event`; no text of anybody’s inferences. */
  readonly facts: FactsOf<Name>
}

/**
 * Writes what happened in the transaction in which it happens. Pipelines are told when that is committed, each once in
 * effect, whatever is killed in between.
 */
export async function tellEvent<Name extends EventName>(
  transaction: Queryable,
  { name, tenant, key, facts }: PipelineEvent<Name>,
): Promise<void> {
  await insertEvent(transaction, { id: createId(), name, tenant, key, facts, at: new Date() })
}
