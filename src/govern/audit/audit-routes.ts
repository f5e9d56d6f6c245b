import { z } from 'zod'
import { defineRoute } from '../../foundation/platform/index.ts'
import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Audit } from './audit.ts'
import type { AuditEntry } from './audit-entry.ts'

const entryOutput = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z.string().describe('The id of the key, or `system`.'),
    actor_name: z.string(),
    action: z.string(),
    subject: z.string(),
    tenant: z.string().nullable().describe('Null where it concerns the whole installation.'),
    before_hash: z.string().nullable().describe('SHA-256 of the canonical JSON of the subject before.'),
    after_hash: z.string().nullable(),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })

/** `visibleTenant` says which tenant's entries the caller may see (`undefined`: all), or throws `forbidden`. */
export function auditRoutes<Principal>(options: {
  audit: Audit
  visibleTenant: (principal: Principal, asked?: string) => string | undefined
}): AnyRoute<Principal>[] {
  const { audit, visibleTenant } = options
  const query = z.object({
    tenant: z.string().optional(),
    actor: z.string().optional().describe('The id of a key, or `system`.'),
    action: z.string().optional().describe('A permission, e.g. `key:create`.'),
    subject: z.string().optional().describe('E.g. `key:` and an id.'),
    cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  })
  return [
    defineRoute<Principal, undefined, typeof query>({
      method: 'GET',
      path: '/api/audit',
      operationId: 'listAuditEntries',
      summary: 'Who changed what, and who looked, newest first.',
      tag: 'Audit',
      permission: 'audit:list',
      tenant: 'any',
      isAuditedRead: true,
      input: { query },
      output: z.object({ data: z.array(entryOutput), next_cursor: z.string().nullable() }),
      handle: async ({ query: { tenant, ...filter } }, { principal }) => {
        const page = await audit.list({ ...filter, tenant: visibleTenant(principal, tenant) })
        return { data: page.entries.map(toWire), next_cursor: page.nextCursor ?? null }
      },
    }),
  ]
}

function toWire(entry: AuditEntry): z.output<typeof entryOutput> {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor: entry.actor,
    actor_name: entry.actorName,
    action: entry.action,
    subject: entry.subject,
    tenant: entry.tenant ?? null,
    before_hash: entry.beforeHash ?? null,
    after_hash: entry.afterHash ?? null,
    request_id: entry.requestId ?? null,
  }
}
