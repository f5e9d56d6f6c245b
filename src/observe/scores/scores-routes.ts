import { z } from 'zod'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { isWithin, scopeOf, type Traces } from '../traces/index.ts'
import { countWaiting, sumDays, waitingFor } from './judgement-store.ts'
import type { Judge } from './score.ts'
import { listScores } from './score-store.ts'
import { judgeListSchema, scoreListSchema, toWireScore } from './score-wire.ts'

const idPath = z.object({ id: z.uuid() })
const judgesQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(7).describe('How many days back, today included.'),
  tenant: z.string().min(1).max(200).optional(),
})

const dayMs = 86_400_000

/** The rows for scores and judges. A key of a tenant reaches that tenant's only. */
export function scoresRoutes(options: {
  readonly database: Database
  readonly traces: Pick<Traces, 'find'>
  readonly access: Pick<Access, 'visibleTenant'>
  readonly judges: () => readonly Judge[]
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { database, traces, access, judges, now = Date.now } = options
  return [
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/inferences/{id}/scores',
      operationId: 'listScores',
      summary: 'What judges found of one inference.',
      tag: 'Scores',
      permission: 'inference:read',
      tenant: 'any',
      input: { path: idPath },
      output: scoreListSchema,
      handle: async ({ path }, { principal }) => {
        const inference = await traces.find(path.id)
        if (!inference || !isWithin(scopeOf(principal, access, {}), inference)) {
          throw new Failure('not_found', `There is no inference ${path.id} that this key may see.`)
        }
        const [scores, waiting] = await Promise.all([
          listScores(database, inference.id),
          waitingFor(database, inference.id),
        ])
        return { data: scores.map(toWireScore), waiting, next_cursor: null }
      },
    }),
    defineRoute<Principal, undefined, typeof judgesQuery>({
      method: 'GET',
      path: '/api/judges',
      operationId: 'listJudges',
      summary: 'The judges of the configuration, and what they found in the last days.',
      tag: 'Scores',
      permission: 'inference:list',
      tenant: 'any',
      input: { query: judgesQuery },
      output: judgeListSchema,
      handle: async ({ query }, { principal }) => {
        const scope = scopeOf(principal, access, { tenant: query.tenant })
        const sinceDay = new Date(now() - (query.days - 1) * dayMs).toISOString().slice(0, 10)
        const [figures, waiting] = await Promise.all([
          sumDays(database, { sinceDay, ...scope }),
          countWaiting(database, scope),
        ])
        const data = judges().map(judge => ({
          name: judge.name,
          kind: judge.kind,
          description: judge.description ?? null,
          hash: judge.hash,
          service: judge.service,
          rubric_version: judge.rubricVersion ?? null,
          sample_percent: judge.samplePercent,
          nano_usd_per_day: judge.nanoUsdPerDay ?? null,
          judges: judge.judges.filter(service => scope.services?.includes(service) !== false),
          waiting: waiting.get(judge.name) ?? 0,
          figures: figures
            .filter(one => one.judge === judge.name)
            .map(({ service, judged, failed, skipped, mean, costNanoUsd }) => ({
              service,
              judged,
              failed,
              skipped,
              mean: mean ?? null,
              cost_nano_usd: costNanoUsd,
            })),
        }))
        return { data, next_cursor: null }
      },
    }),
  ]
}
