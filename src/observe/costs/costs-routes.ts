import { z } from 'zod'
import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { type AnyRoute, type Database, defineRoute } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { leastIdAt, scopeOf } from '../traces/index.ts'
import { costGroups, readAnswers } from './cost-store.ts'
import { answerListSchema, costReportSchema, priceReportSchema } from './cost-wire.ts'
import { type ReadLedger, reportCosts } from './report-costs.ts'
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
const answerQuery = z.object({
  day: z.iso.date().describe('UTC.'),
  target: name.describe('`provider:<name>`.'),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
})
const priceQuery = z.object({ day: z.iso.date().optional().describe('Today (UTC) by default.') })

/** The rows under `/api/costs` and `/api/prices`. A key of a tenant sees that tenant's costs only. */
export function costsRoutes(dependencies: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly snapshot: () => ConfigSnapshot
  readonly readLedger: ReadLedger
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { database, access, snapshot, readLedger, now = Date.now } = dependencies
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
        return await reportCosts(database, filter, query.group_by, { snapshot: snapshot(), readLedger })
      },
    }),
    defineRoute<Principal, undefined, typeof answerQuery>({
      method: 'GET',
      path: '/api/costs/answers',
      operationId: 'listAnswers',
      summary:
        "The answers of a provider on a day by the provider's own ids, to be matched with its exports.",
      tag: 'Costs',
      permission: 'inference:list',
      tenant: 'system',
      input: { query: answerQuery },
      output: answerListSchema,
      handle: async ({ query }) => {
        const startMs = Date.parse(query.day)
        const filter = {
          sinceId: query.cursor ?? leastIdAt(startMs),
          untilId: leastIdAt(startMs + 86_400_000),
          target: query.target,
        }
        const answers = await readAnswers(database, filter, query.limit + 1)
        const page = answers.slice(0, query.limit)
        return {
          data: page.map(answer => ({
            inference_id: answer.inferenceId,
            answer_id: answer.answerId,
            cost_nano_usd: answer.costNanoUsd ?? null,
          })),
          next_cursor: answers.length > query.limit ? (page.at(-1)?.inferenceId ?? null) : null,
        }
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
