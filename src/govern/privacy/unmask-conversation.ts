import { createId, type Database } from '../../foundation/platform/index.ts'
import type { Actor, Audit } from '../audit/index.ts'
import type { PseudonymBook, RevealedPseudonym } from './pseudonym-book.ts'
import { insertUnmasking } from './unmasking-store.ts'
import type { Unmasking } from './unmasking.ts'

export interface UnmaskingParts {
  readonly database: Database
  readonly audit: Audit
  readonly pseudonyms: Pick<PseudonymBook, 'reveal'>
}

/**
 * The values behind the placeholders of a conversation, for somebody who says why. That they looked is written down
 * before they see anything: where that cannot be done, nothing is shown.
 */
export async function unmaskConversation(
  { database, audit, pseudonyms }: UnmaskingParts,
  asked: {
    readonly tenant: string
    readonly conversation: string
    readonly keyId?: string | undefined
    readonly reason: string
    readonly actor: Actor
    readonly requestId?: string | undefined
  },
): Promise<RevealedPseudonym[]> {
  const { tenant, conversation, keyId, reason, actor, requestId } = asked
  const revealed = await pseudonyms.reveal({ tenant, conversation, keyId })
  const unmasking: Unmasking = {
    id: createId(),
    at: new Date(),
    actor: actor.id,
    actorName: actor.name,
    tenant,
    conversation,
    keyId,
    reason,
    shown: revealed.filter(({ value }) => value !== undefined).length,
  }
  await database.transaction(async transaction => {
    await insertUnmasking(transaction, unmasking)
    await audit.record(
      {
        actor,
        action: 'conversation:unmask',
        subject: `conversation:${conversation}`,
        tenant,
        after: unmasking,
        requestId,
      },
      transaction,
    )
  })
  return revealed
}
