import { z } from 'zod'
import { budgetsSchema, limitsSchema, windowNames } from '../../../foundation/config/index.ts'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  Failure,
  nearestName,
} from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import { readTotals } from './ledger-store.ts'
import { type Rule, type Scope, measures, scopes, toRules, windowOf } from './rule.ts'
import type { RuleBook, ScopeRules } from './rule-book.ts'
import { deleteRules, writeRules } from './rules-store.ts'

const ruleOutput = z.object({
  measure: z.enum(measures),
  limit: z.number().describe('Requests, tokens, nano-dollars, or requests under way.'),
  per: z.enum(windowNames).nullable().describe('Null for what is under way.'),
  kind: z.enum(['hard', 'soft']),
  window: z.string().describe('The window that holds now, by its name.'),
  ends_at: z.iso.datetime().nullable(),
  spent: z.number().describe('Used by requests that have ended, in all processes.'),
  leased: z.number().describe('Held by processes: set aside for requests under way, or for the next ones.'),
  remaining: z.number(),
  forecast: z
    .number()
    .nullable()
    .describe('What will be spent at the end of the window if it goes on like this.'),
})

const scopeOutput = z
  .object({
    scope: z.enum(scopes),
    id: z.string(),
    source: z.enum(['file', 'api']).describe('Those of the configuration file are changed there.'),
    rules: z.array(ruleOutput),
  })
  .meta({ id: 'ScopeLimits' })

const path = z.object({ scope: z.enum(scopes), id: z.string().min(1).max(63) })
const body = z
  .strictObject({ limits: limitsSchema.default([]), budgets: budgetsSchema.default([]) })
  .refine(
    ({ limits, budgets }) => limits.length + budgets.length > 0,
    'Say `limits` or `budgets`; to remove all, DELETE.',
  )

export interface LimitRouteOptions {
  readonly book: RuleBook
  readonly database: Database
  readonly audit: Audit
  readonly visibleTenant: (principal: Principal, asked?: string) => string | undefined
  /** The tenant of a key; `undefined` where there is no such key, or it belongs to the installation. */
  readonly tenantOfKey: (id: string) => string | undefined
  readonly isKey: (id: string) => boolean
  /** What there is to be limited. */
  readonly namesOf: (scope: Exclude<Scope, 'key'>) => readonly string[]
}

export function limitRoutes(options: LimitRouteOptions): AnyRoute<Principal>[] {
  const { book, database, audit, visibleTenant, tenantOfKey, isKey, namesOf } = options

  function isVisible({ scope, id }: ScopeRules, tenant: string | undefined): boolean {
    if (tenant === undefined) return true
    return scope === 'tenant' ? id === tenant : scope === 'key' && tenantOfKey(id) === tenant
  }

  /** A rule for a name that is mistyped would hold for nobody, and nobody would see it. */
  function refuseUnknown(scope: Scope, id: string): void {
    const names = scope === 'key' ? [] : namesOf(scope)
    if (scope === 'key' ? isKey(id) : names.includes(id)) return
    const meant = nearestName(id, names)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    throw new Failure('not_found', `There is no ${scope} "${id}" to limit.${hint}`)
  }

  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/limits',
      operationId: 'listLimits',
      summary: 'Limits and budgets, and what is left of them now.',
      tag: 'Limits',
      permission: 'limit:list',
      tenant: 'any',
      output: z.object({ data: z.array(scopeOutput), next_cursor: z.null() }),
      handle: async (_input, { principal }) => {
        const tenant = visibleTenant(principal)
        const visible = book.all().filter(one => isVisible(one, tenant))
        return { data: await describeAll(visible, database), next_cursor: null }
      },
    }),
    defineRoute<Principal, typeof path, undefined, typeof body>({
      method: 'PUT',
      path: '/api/limits/{scope}/{id}',
      operationId: 'setLimits',
      summary: 'Set the limits and budgets of a tenant, a key or a service; in force everywhere at once.',
      tag: 'Limits',
      permission: 'limit:update',
      tenant: 'system',
      input: { path, body },
      output: scopeOutput,
      handle: async ({ path: { scope, id }, body: declared }, { principal, requestId }) => {
        refuseUnknown(scope, id)
        const before = book.all().find(one => one.source === 'api' && one.scope === scope && one.id === id)
        await database.transaction(async transaction => {
          await writeRules(transaction, { scope, id, ...declared })
          await audit.record(
            {
              actor: { id: principal.keyId, name: principal.keyName },
              action: 'limit:update',
              subject: `${scope}:${id}`,
              tenant: scope === 'tenant' ? id : undefined,
              before: before && { limits: before.limits, budgets: before.budgets },
              after: declared,
              requestId,
            },
            transaction,
          )
        })
        await book.refresh()
        const [described] = await describeAll([{ scope, id, source: 'api', ...declared }], database)
        return described
      },
    }),
    defineRoute<Principal, typeof path>({
      method: 'DELETE',
      path: '/api/limits/{scope}/{id}',
      operationId: 'removeLimits',
      summary: 'Remove the limits and budgets that were set through the API.',
      tag: 'Limits',
      permission: 'limit:update',
      tenant: 'system',
      input: { path },
      output: undefined,
      status: 204,
      handle: async ({ path: { scope, id } }, { principal, requestId }) => {
        const before = book.all().find(one => one.source === 'api' && one.scope === scope && one.id === id)
        if (!before) {
          throw new Failure(
            'not_found',
            `No limits were set for the ${scope} ${id} through the API. Those of slipway.yaml are removed there.`,
          )
        }
        await database.transaction(async transaction => {
          await deleteRules(transaction, scope, id)
          await audit.record(
            {
              actor: { id: principal.keyId, name: principal.keyName },
              action: 'limit:update',
              subject: `${scope}:${id}`,
              tenant: scope === 'tenant' ? id : undefined,
              before: { limits: before.limits, budgets: before.budgets },
              requestId,
            },
            transaction,
          )
        })
        await book.refresh()
      },
    }),
  ]
}

async function describeAll(
  scopesOfRules: readonly ScopeRules[],
  database: Database,
): Promise<z.output<typeof scopeOutput>[]> {
  const nowMs = Date.now()
  const ruled = scopesOfRules.map(one => ({ one, rules: toRules(one.scope, one.id, one) }))
  const names = ruled.flatMap(({ rules }) => rules.map(rule => windowOf(rule, nowMs).name))
  const totals = new Map((await readTotals(database, names)).map(total => [total.name, total]))
  return ruled.map(({ one, rules }) => ({
    scope: one.scope,
    id: one.id,
    source: one.source,
    rules: rules.map(rule => describeRule(rule, nowMs, totals.get(windowOf(rule, nowMs).name))),
  }))
}

function describeRule(
  rule: Rule,
  nowMs: number,
  total: { readonly spent: number; readonly leased: number } | undefined,
): z.output<typeof ruleOutput> {
  const { name, endsAtMs } = windowOf(rule, nowMs)
  const { spent, leased } = total ?? { spent: 0, leased: 0 }
  return {
    measure: rule.measure,
    limit: rule.limit,
    per: rule.per ?? null,
    kind: rule.kind,
    window: name,
    ends_at: rule.per === undefined ? null : new Date(endsAtMs).toISOString(),
    spent,
    leased,
    remaining: Math.max(0, rule.limit - spent - leased),
    forecast: forecast(rule, spent, nowMs),
  }
}

/** A straight line through now; nothing in the first twentieth of a window, where it would mean nothing. */
function forecast(rule: Rule, spent: number, nowMs: number): number | null {
  if (rule.per === undefined) return null
  const { startsAtMs, endsAtMs } = windowOf(rule, nowMs)
  const share = (nowMs - startsAtMs) / (endsAtMs - startsAtMs)
  return share < 0.05 ? null : Math.round(spent / share)
}
