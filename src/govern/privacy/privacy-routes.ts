import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../access/index.ts'
import { type DataKeyDescription, keyPurposes } from './data-key.ts'
import type { KeyActor, KeyRing } from './key-ring.ts'
import { unmaskConversation, type UnmaskingParts } from './unmask-conversation.ts'
import { listUnmaskings } from './unmasking-store.ts'

export interface PrivacyRouteOptions extends UnmaskingParts {
  readonly keys: KeyRing
  /** The tenant by which a list is filtered; throws `forbidden` where the caller may not see the one it asks for. */
  readonly visibleTenant: (principal: Principal, asked?: string) => string | undefined
}

const keyOutput = z
  .object({
    id: z.uuid(),
    tenant: z.string(),
    purpose: z
      .enum(keyPurposes)
      .describe(
        'What it seals: values behind placeholders, stored content, or the private keys that models are signed with.',
      ),
    period: z.string().describe('The month that it was made for, e.g. `2026-11`.'),
    generation: z.int().describe('Counts the keys of one month, from 0.'),
    master_key: z.string().describe('The name of the master key that wraps it; tells nothing of it.'),
    created_at: z.iso.datetime(),
    shredded_at: z.iso.datetime().nullable().describe('When it was destroyed, with all that it had sealed.'),
  })
  .meta({ id: 'DataKey' })

const pseudonymOutput = z
  .object({
    placeholder: z.string(),
    type: z.string(),
    value: z.string().nullable().describe('Null where its key was shredded.'),
    key_id: z.string().describe('The key that sent it.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'UnmaskedValue' })

const unmaskingOutput = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z.string().describe('The id of a key.'),
    actor_name: z.string(),
    tenant: z.string(),
    conversation: z.string(),
    key_id: z.string().nullable(),
    reason: z.string(),
    shown: z.int().describe('How many values were shown.'),
  })
  .meta({ id: 'Unmasking' })

const keysQuery = z.object({ tenant: z.string().optional(), purpose: z.enum(keyPurposes).optional() })
const rotateBody = z.strictObject({
  tenant: z.string().min(1).max(63),
  purpose: z.enum(keyPurposes),
})
const keyPath = z.object({ id: z.uuid() })
const shredBody = z.strictObject({
  confirm: z.string().describe('The id once more: what the key has sealed is lost for good.'),
})
const unmaskBody = z.strictObject({
  tenant: z.string().min(1).max(63),
  conversation: z
    .string()
    .min(1)
    .max(128)
    .describe('The id of the conversation; of an inference without one, its own id.'),
  key_id: z.string().max(100).optional().describe('Only what this key has sent.'),
  reason: z.string().trim().min(10).max(1_000).describe('Kept with your name, for whoever looks later.'),
})
const unmaskingsQuery = z.object({
  tenant: z.string().optional(),
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** The keys that content is sealed with, and the way to the values behind placeholders. */
export function privacyRoutes(options: PrivacyRouteOptions): AnyRoute<Principal>[] {
  const { keys, database, visibleTenant } = options
  const tag = 'Privacy'
  return [
    defineRoute<Principal, undefined, typeof keysQuery>({
      method: 'GET',
      path: '/api/privacy/keys',
      operationId: 'listDataKeys',
      summary:
        'The keys that content and personal data are sealed with, newest first; never the keys themselves.',
      tag,
      permission: 'privacy-key:list',
      tenant: 'any',
      input: { query: keysQuery },
      output: z.object({ data: z.array(keyOutput), next_cursor: z.null() }),
      handle: async ({ query: { tenant, purpose } }, { principal }) => {
        const data = await keys.list({ tenant: visibleTenant(principal, tenant), purpose })
        return { data: data.map(toWire), next_cursor: null }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof rotateBody>({
      method: 'POST',
      path: '/api/privacy/keys',
      operationId: 'rotateDataKey',
      summary: 'Makes a new key for a tenant; the one before still opens what it has sealed.',
      tag,
      permission: 'privacy-key:rotate',
      tenant: 'system',
      input: { body: rotateBody },
      output: keyOutput,
      status: 201,
      handle: async ({ body: { tenant, purpose } }, context) =>
        toWire(await keys.rotate(tenant, purpose, byOf(context))),
    }),
    defineRoute<Principal, typeof keyPath, undefined, typeof shredBody>({
      method: 'POST',
      path: '/api/privacy/keys/{id}/shred',
      operationId: 'shredDataKey',
      summary: 'Destroys a key, and with it all that it has sealed, for good.',
      tag,
      permission: 'privacy-key:shred',
      tenant: 'system',
      input: { path: keyPath, body: shredBody },
      output: keyOutput,
      handle: async ({ path: { id }, body: { confirm } }, context) => {
        if (confirm !== id) {
          const message = 'Say the id of the key in `confirm`: what it has sealed is lost for good.'
          throw new Failure('invalid_request', message, { details: { parameter: 'confirm' } })
        }
        return toWire(await keys.shred(id, byOf(context)))
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof unmaskBody>({
      method: 'POST',
      path: '/api/privacy/unmaskings',
      operationId: 'unmaskConversation',
      summary: 'The values behind the placeholders of a conversation, for a reason that is kept.',
      tag,
      permission: 'conversation:unmask',
      tenant: 'system',
      input: { body: unmaskBody },
      output: z.object({ data: z.array(pseudonymOutput), next_cursor: z.null() }),
      status: 201,
      handle: async ({ body }, context) => {
        const revealed = await unmaskConversation(options, {
          tenant: body.tenant,
          conversation: body.conversation,
          keyId: body.key_id,
          reason: body.reason,
          ...byOf(context),
        })
        const data = revealed.map(one => ({
          placeholder: one.placeholder,
          type: one.type,
          value: one.value ?? null,
          key_id: one.keyId,
          created_at: one.createdAt.toISOString(),
        }))
        return { data, next_cursor: null }
      },
    }),
    defineRoute<Principal, undefined, typeof unmaskingsQuery>({
      method: 'GET',
      path: '/api/privacy/unmaskings',
      operationId: 'listUnmaskings',
      summary: 'Who looked at values behind placeholders, and why; newest first.',
      tag,
      permission: 'conversation:list-unmaskings',
      tenant: 'any',
      isAuditedRead: true,
      input: { query: unmaskingsQuery },
      output: z.object({ data: z.array(unmaskingOutput), next_cursor: z.string().nullable() }),
      handle: async ({ query: { tenant, cursor, limit } }, { principal }) => {
        const filter = { tenant: visibleTenant(principal, tenant), cursor, limit: limit + 1 }
        const found = await listUnmaskings(database, filter)
        const page = found.slice(0, limit)
        const data = page.map(one => ({
          id: one.id,
          at: one.at.toISOString(),
          actor: one.actor,
          actor_name: one.actorName,
          tenant: one.tenant,
          conversation: one.conversation,
          key_id: one.keyId ?? null,
          reason: one.reason,
          shown: one.shown,
        }))
        return { data, next_cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null }
      },
    }),
  ]
}

function byOf(context: { readonly principal: Principal; readonly requestId: string }): KeyActor {
  const { principal, requestId } = context
  return { actor: { id: principal.keyId, name: principal.keyName }, requestId }
}

function toWire(key: DataKeyDescription): z.output<typeof keyOutput> {
  return {
    id: key.id,
    tenant: key.tenant,
    purpose: key.purpose,
    period: key.period,
    generation: key.generation,
    master_key: key.masterKeyId,
    created_at: key.createdAt.toISOString(),
    shredded_at: key.shreddedAt?.toISOString() ?? null,
  }
}
