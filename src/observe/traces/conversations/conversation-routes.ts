import { z } from 'zod'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import { type Access, homeTenant, type Principal } from '../../../govern/access/index.ts'
import { listFeedbackOfMany } from '../feedback-store.ts'
import { findInferencesOfConversation } from '../inference-store.ts'
import { scopeOf } from '../scope.ts'
import { findConversation, listConversations } from './conversation-store.ts'
import {
  conversationDetailSchema,
  conversationListSchema,
  type TurnScore,
  toWireConversation,
  toWireTurn,
} from './conversation-wire.ts'

const name = z.string().min(1).max(200)
const time = z.iso
  .datetime({ offset: true })
  .transform(text => Date.parse(text))
  .describe('A time in ISO 8601 with a zone.')
const listQuery = z.object({
  tenant: name.optional(),
  service: name.optional(),
  since: time.optional(),
  until: time.optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
const idPath = z.object({ id: z.string().regex(/^~?[\w.:-]{1,128}$/, 'This is no id of a conversation.') })
const tenantQuery = z.object({
  tenant: name.optional().describe("Whose; the key's own by default, or `default`."),
})

const mostTurns = 200

/** The rows under `/api/conversations`: inferences by what they belong to. They hold no content. */
export function conversationRoutes(dependencies: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  /** What judges found of inferences, by the inference. */
  readonly scoresOf?:
    | ((inferenceIds: readonly string[]) => Promise<ReadonlyMap<string, readonly TurnScore[]>>)
    | undefined
}): AnyRoute<Principal>[] {
  const { database, access } = dependencies
  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/conversations',
      operationId: 'listConversations',
      summary: 'Conversations, the one that was last continued first.',
      tag: 'Inferences',
      permission: 'inference:list',
      tenant: 'any',
      input: { query: listQuery },
      output: conversationListSchema,
      handle: async ({ query }, { principal }) => {
        const filter = { ...scopeOf(principal, access, query), sinceMs: query.since, untilMs: query.until }
        const { found, lookedUntil } = await listConversations(database, filter, query.limit, query.cursor)
        return { data: found.map(toWireConversation), next_cursor: lookedUntil ?? null }
      },
    }),
    defineRoute<Principal, typeof idPath, typeof tenantQuery>({
      method: 'GET',
      path: '/api/conversations/{id}',
      operationId: 'getConversation',
      summary:
        'A conversation with its turns in their order: what each cost and took, and what checks and users said.',
      tag: 'Inferences',
      permission: 'inference:read',
      tenant: 'any',
      input: { path: idPath, query: tenantQuery },
      output: conversationDetailSchema,
      handle: async ({ path, query }, { principal }) => {
        const scope = scopeOf(principal, access, query)
        const tenant = scope.tenant ?? homeTenant(principal)
        const conversation = await findConversation(database, tenant, path.id, scope)
        if (!conversation) {
          throw new Failure(
            'not_found',
            `The tenant \`${tenant}\` has no conversation ${path.id}. It may be past retention, or of services that this key does not reach.`,
          )
        }
        const asked = { tenant, conversationId: path.id, services: scope.services }
        const inferences = await findInferencesOfConversation(database, asked, mostTurns + 1)
        const shown = inferences.slice(0, mostTurns)
        const ids = shown.map(({ id }) => id)
        const [feedback, scores] = await Promise.all([
          listFeedbackOfMany(database, ids),
          dependencies.scoresOf?.(ids),
        ])
        return {
          ...toWireConversation(conversation),
          inferences: shown.map(one =>
            toWireTurn(one, feedback.get(one.id) ?? [], scores?.get(one.id) ?? []),
          ),
          is_truncated: inferences.length > mostTurns,
        }
      },
    }),
  ]
}
