import { z } from 'zod'
import { checkMetricQuery, metricQuerySchema, type MetricQuery } from '../../foundation/config/index.ts'
import {
  type AnyRoute,
  defineRoute,
  Failure,
  type MetricDescription,
  metricTypes,
} from '../../foundation/platform/index.ts'
import { panelUnits } from './dashboard.ts'
import { type Board, readBoard } from './read-board.ts'
import type { SeriesReader } from './series-reader.ts'

const values = z.array(z.number().nullable())

const catalogueSchema = z.object({
  data: z.array(
    z
      .object({
        name: z.string(),
        type: z.enum(metricTypes),
        help: z.string(),
        labels: z.array(z.string()),
        aggregator: z
          .enum(['sum', 'max', 'min', 'first'])
          .describe('How the figures of several processes and servers become one.'),
      })
      .meta({ id: 'Metric' }),
  ),
  next_cursor: z.null(),
})

const rangeShape = {
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  step_seconds: z.number(),
}

const boardSchema = z
  .object({
    ...rangeShape,
    groups: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        panels: z.array(
          z
            .object({
              id: z.string(),
              title: z.string(),
              help: z.string(),
              unit: z.enum(panelUnits),
              is_stacked: z.boolean(),
              series: z.array(
                z.object({
                  name: z.string(),
                  values: values.describe('One for each step; null where nothing is known.'),
                  now: z.number().nullable().describe('Over the last minute, or the last step.'),
                }),
              ),
            })
            .meta({ id: 'BoardPanel' }),
        ),
      }),
    ),
  })
  .meta({ id: 'Board' })

const boardQuery = z.object({
  minutes: z.coerce.number().int().min(10).max(129_600).default(30).describe('How far back.'),
  service: z.string().min(1).max(200).optional(),
})

const queryBody = z.object({
  query: metricQuerySchema,
  since: z.iso.datetime({ offset: true }).optional().describe('Gives one number for each step since then.'),
  until: z.iso.datetime({ offset: true }).optional().describe('Now by default.'),
  step_seconds: z.int().min(10).max(86_400).default(60),
})

const answerSchema = z
  .object({
    ...rangeShape,
    series: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        values,
        samples: z.number().nullable().describe('How many observations a single number rests on.'),
      }),
    ),
  })
  .meta({ id: 'MetricAnswer' })

const mostSteps = 2_000
/** Boards are asked for by every open console; what was read for one holds for all. */
const boardFreshMs = 4_000

/** The rows under `/api/metrics` and `/api/board`: of the whole installation. */
export function metricsRoutes<Principal>(options: {
  readonly reader: SeriesReader
  /** Of a whole server. */
  readonly readCatalogue: () => Promise<readonly MetricDescription[]>
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { reader, readCatalogue, now = Date.now } = options
  const boards = new Map<string, { readonly atMs: number; readonly board: Promise<Board> }>()

  function freshBoard(minutes: number, service: string | undefined): Promise<Board> {
    const key = `${minutes} ${service ?? ''}`
    const known = boards.get(key)
    if (known && now() - known.atMs < boardFreshMs) return known.board
    for (const [old, { atMs }] of boards) if (now() - atMs >= boardFreshMs) boards.delete(old)
    const board = readBoard(reader, { minutes, service, nowMs: now() })
    boards.set(key, { atMs: now(), board })
    return board
  }

  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/metrics',
      operationId: 'listMetrics',
      summary: 'Every metric that there is: type, labels and meaning.',
      tag: 'Metrics',
      permission: 'metric:read',
      tenant: 'system',
      output: catalogueSchema,
      handle: async () => ({ data: [...(await readCatalogue())], next_cursor: null }),
    }),
    defineRoute<Principal, undefined, undefined, typeof queryBody>({
      method: 'POST',
      path: '/api/metrics/query',
      operationId: 'queryMetrics',
      summary: 'What a metric says over all replicas: one number, or one for each step since a time.',
      tag: 'Metrics',
      permission: 'metric:read',
      tenant: 'system',
      input: { body: queryBody },
      output: answerSchema,
      handle: async ({ body }) => {
        const { query, since, until, step_seconds: stepSeconds } = body
        refuseWrong(query, await readCatalogue())
        if (since === undefined) {
          const look = reader.look(until === undefined ? now() : Date.parse(until))
          const groups = await look.ask(query)
          return {
            since: new Date(look.atMs).toISOString(),
            until: new Date(look.atMs).toISOString(),
            step_seconds: stepSeconds,
            series: groups.map(({ labels, value, samples }) => ({ labels, values: [value], samples })),
          }
        }
        const toMs = until === undefined ? reader.look(now()).atMs : Date.parse(until)
        const range = { fromMs: Date.parse(since), toMs, stepSeconds }
        if ((toMs - range.fromMs) / 1_000 / stepSeconds > mostSteps || toMs <= range.fromMs)
          throw new Failure(
            'invalid_request',
            `From \`since\` to \`until\` there may be 1 to ${mostSteps} steps; choose a wider \`step_seconds\`.`,
            { details: { parameter: 'step_seconds' } },
          )
        const series = await reader.range(query, range)
        return {
          since: new Date(range.fromMs).toISOString(),
          until: new Date(toMs).toISOString(),
          step_seconds: stepSeconds,
          series: series.map(({ labels, values: numbers }) => ({
            labels,
            values: [...numbers],
            samples: null,
          })),
        }
      },
    }),
    defineRoute<Principal, undefined, typeof boardQuery>({
      method: 'GET',
      path: '/api/board',
      operationId: 'readBoard',
      summary: 'The live board: traffic, latency, money, queues, engines and machine, over all replicas.',
      tag: 'Metrics',
      permission: 'metric:read',
      tenant: 'system',
      input: { query: boardQuery },
      output: boardSchema,
      handle: async ({ query }) => {
        const { range, groups } = await freshBoard(query.minutes, query.service)
        return {
          since: new Date(range.fromMs).toISOString(),
          until: new Date(range.toMs).toISOString(),
          step_seconds: range.stepSeconds,
          groups: groups.map(({ id, title, panels }) => ({
            id,
            title,
            panels: panels.map(({ isStacked, series, ...panel }) => ({
              ...panel,
              is_stacked: isStacked,
              series: series.map(one => ({ ...one, values: [...one.values] })),
            })),
          })),
        }
      },
    }),
  ]
}

function refuseWrong(query: MetricQuery, catalogue: readonly MetricDescription[]): void {
  const [problem] = checkMetricQuery(query, catalogue)
  if (problem)
    throw new Failure('invalid_request', `${problem.message} ${problem.mend}`, {
      details: { parameter: `query.${problem.path.join('.')}` },
    })
}
