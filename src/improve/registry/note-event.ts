import type { Queryable } from '../../foundation/platform/index.ts'
import type { Model } from './model.ts'
import type { RegistryCaller } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import { insertEvent, type NewEvent } from './stores/event-store.ts'

/** What is written where our own parts do something. */
export function actorOfCaller(caller: RegistryCaller): { readonly id: string; readonly name: string } {
  return { id: caller.keyId ?? 'system', name: caller.author }
}

/** Writes what happened: the event, and the audit entry beside it. Once for each change, in its transaction. */
export async function noteEvent(
  context: Pick<RegistryContext, 'audit' | 'now'>,
  transaction: Queryable,
  caller: RegistryCaller,
  model: Pick<Model, 'id' | 'name' | 'tenant'>,
  event: Omit<NewEvent, 'modelId' | 'tenant' | 'model' | 'actor' | 'requestId' | 'now'> & {
    readonly before?: unknown
    readonly after?: unknown
  },
): Promise<void> {
  const { before, after, ...told } = event
  const actor = actorOfCaller(caller)
  await insertEvent(transaction, {
    ...told,
    modelId: model.id,
    tenant: model.tenant,
    model: model.name,
    actor,
    requestId: caller.requestId,
    now: new Date(context.now()),
  })
  const place =
    event.alias === undefined ? (event.version === undefined ? '' : `@${event.version}`) : `@${event.alias}`
  await context.audit.record(
    {
      actor,
      action: `model:${event.kind}`,
      subject: `model:${model.name}${place}`,
      tenant: model.tenant,
      requestId: caller.requestId,
      before,
      after,
    },
    transaction,
  )
}
