import { z } from 'zod'
import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { type AnyRoute, type Database, defineRoute } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { scopeOf } from '../traces/index.ts'
import { costGroups } from './cost-store.ts'
import { costReportSchema, priceReportSchema } from './cost-wire.ts'
import { reportCosts } from './report-costs.ts'
import { reportPrices } from './report-prices.ts'

const name = z.string().min(1).max(200)
const costQuery = z.object({
  since: z.iso.date().optional().describe('The first day (UTC); 29 days before `until` by default.'),
  until: z.iso.date().optional().describe('The last day, within; today by default.'),
  group_by: z.enum(costGroups).default('service'),
  tenant: name.optional(),
  service: name.optional(),
  target: name.optional().describe('`provider:<name>` or `engine:<name>`.'),
})
const priceQuery = z.object({ day: z.iso.date().optional().describe('Today (UTC) by default.') })

/** The rows under `/api/costs` and `/api/prices`. A key of a tenant sees that tenant's costs only. */
export function costsRoutes(dependencies: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly snapshot: () => ConfigSnapshot
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { database, access, snapshot, now = Date.now } = dependencies
  const today = () => new Date(now()).toISOString().slice(0, 10)
  return [
    defineRoute<Principal, undefined, typeof costQuery>({
      method: 'GET',
      path: '/api/costs',
      operationId: 'getCosts',
      summary: 'Costs and tokens by day and group, what prompt caches saved, and what has no price.',
      tag: 'Costs',
      permission: 'overview:read',
      tenant: 'any',
      input: { query: costQuery },
      output: costReportSchema,
      handle: async ({ query }, { principal }) => {
        const untilDay = query.until ?? today()
        const sinceDay =
          query.since ?? new Date(Date.parse(untilDay) - 29 * 86_400_000).toISOString().slice(0, 10)
        const scope = scopeOf(principal, access, query)
        const filter = { sinceDay, untilDay, target: query.target, ...scope }
        return await reportCosts(database, filter, query.group_by, snapshot())
      },
    }),
    defineRoute<Principal, undefined, typeof priceQuery>({
      method: 'GET',
      path: '/api/prices',
      operationId: 'getPrices',
      summary:
        'The prices that hold on a day and where each comes from, and what services use without a price.',
      tag: 'Costs',
      permission: 'configuration:read',
      tenant: 'system',
      input: { query: priceQuery },
      output: priceReportSchema,
      handle: ({ query }) => reportPrices(snapshot(), query.day ?? today()),
    }),
  ]
}
