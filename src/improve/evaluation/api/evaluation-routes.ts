import { z } from 'zod'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  Failure,
  type RequestContext,
} from '../../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../../govern/access/index.ts'
import { readOdds } from '../bias/read-odds.ts'
import { readParity } from '../bias/read-parity.ts'
import { compareRuns, type RunRelease } from '../compare-runs/compare-runs.ts'
import type { EvaluationCaller, Evaluations } from '../evaluations.ts'
import { listRunExamples, placeIn } from '../examples/list-examples.ts'
import { readRunExample, type ReadExampleOptions } from '../examples/read-example.ts'
import { exportRows } from '../export/export-rows.ts'
import { toJUnit } from '../export/junit.ts'
import type { MakeReport } from '../report/make-report.ts'
import { createReportsSoFar } from '../report/reports-so-far.ts'
import type { RunReport } from '../report/report.ts'
import { listExamples, listItems } from '../runs/item-store.ts'
import { type Run, runStates } from '../runs/run.ts'
import type { RunNews } from '../runs/run-news.ts'
import { findRun, listRuns } from '../runs/run-store.ts'
import { listScoreFigures } from '../runs/score-store.ts'
import { priceOfUsd } from '../suites/nano-usd.ts'
import { exampleDetailSchema, exampleRowSchema } from './example-wire.ts'
import { comparisonSchema, toWireComparison } from './report-wire.ts'
import { oddsQuery, oddsSchema, toWireOdds } from './odds-wire.ts'
import { parityQuery, paritySchema, toWireParity } from './parity-wire.ts'
import { runDetailSchema, runSchema, toWireRun, toWireRunDetail } from './run-wire.ts'

const tag = 'Evaluations'
const name = z.string().min(1).max(200)
const idPath = z.object({ id: z.uuid() })
const examplePath = z.object({ id: z.uuid(), ordinal: z.coerce.number().int().min(0) })
const tenant = name.optional().describe('For keys of the installation; a tenant’s own key needs none.')
const budget = z
  .number()
  .positive()
  .max(1_000_000)
  .refine(value => priceOfUsd(value) !== undefined, 'is smaller than a nano-dollar')
const startBody = z.strictObject({
  tenant,
  text: z
    .string()
    .min(1)
    .max(524_288)
    .optional()
    .describe('The YAML of a suite; it is stored as its next version.'),
  suite: name.optional().describe('Or the name of a suite that is stored.'),
  version: z.int().min(1).optional().describe('Of the stored suite; the newest by default.'),
  against: name.optional().describe('Another baseline: `service` or `service@release`.'),
  sample: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('So many examples instead of what the suite says.'),
  budget_usd: budget.optional().describe('Instead of what the suite says.'),
  uses_cache: z
    .boolean()
    .default(true)
    .describe('Whether answers and scores that are kept from other runs do.'),
})
const resumeBody = z.strictObject({
  budget_usd: budget.optional().describe('What the run may cost from now on, all in all.'),
  retry_failed: z
    .boolean()
    .default(false)
    .describe('Asks again what got no answer, also of a completed run.'),
})
const listQuery = z.object({
  tenant,
  suite: name.optional(),
  state: z.enum(runStates).optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const examplesQuery = z.object({
  outcome: z
    .enum(['all', 'regressions', 'improvements', 'flaky', 'errors', 'not_passed'])
    .default('all')
    .describe('`regressions` and `improvements` begin with the largest.'),
  release: name.optional(),
  evaluator: name.optional(),
  slice: z
    .string()
    .regex(/^[^=]+=[\s\S]*$/, 'write column=value')
    .max(400)
    .optional()
    .describe('`column=value`.'),
  cursor: z.coerce.number().int().min(0).default(0).describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const compareQuery = z.object({
  baseline: z.uuid().describe('A run.'),
  challenger: z.uuid().describe('A run.'),
  baseline_release: name.optional().describe('The run’s baseline by default.'),
  challenger_release: name
    .optional()
    .describe('The run’s first release that is not its baseline, by default.'),
  margin: z.coerce.number().min(0).max(1).default(0.02),
  confidence: z.coerce.number().min(0.5).max(0.999).default(0.95),
})
const exportQuery = z.object({ format: z.enum(['jsonl', 'junit']).default('jsonl') })

export interface EvaluationRoutesOptions extends ReadExampleOptions {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly evaluations: Evaluations
  readonly makeReport: MakeReport
  readonly news: RunNews
}

/** The rows under `/api/evaluations`. A key of a tenant reaches the runs of that tenant only. */
export function evaluationRoutes(options: EvaluationRoutesOptions): AnyRoute<Principal>[] {
  const { database, access, evaluations } = options

  const callerOf = (
    { principal, requestId }: Pick<RequestContext<Principal>, 'principal' | 'requestId'>,
    asked?: string,
  ): EvaluationCaller => ({
    principal,
    requestId,
    tenant: tenantOf(options, principal, asked),
  })

  async function runOr404(id: string, principal: Principal): Promise<Run> {
    const run = await findRun(database, access.visibleTenant(principal), id)
    if (run) return run
    throw new Failure('not_found', `There is no evaluation ${id} that this key may see.`)
  }

  const soFar = createReportsSoFar(options.makeReport)

  /** Of a run that has ended as it was; of one that runs, of what there is. */
  async function reportOf(run: Run): Promise<RunReport | undefined> {
    if (run.report !== undefined) return run.report as RunReport
    if (run.state === 'planning' || run.total === 0) return undefined
    return await soFar(run)
  }

  const detailOf = async (run: Run) => toWireRunDetail(run, await reportOf(run))

  return [
    defineRoute<Principal, undefined, undefined, typeof startBody>({
      method: 'POST',
      path: '/api/evaluations',
      operationId: 'startEvaluation',
      summary: 'Begins a run of a suite; what it is about is pinned now.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { body: startBody },
      output: runSchema,
      status: 201,
      handle: async ({ body }, context) => {
        if ((body.text === undefined) === (body.suite === undefined))
          throw new Failure(
            'invalid_request',
            'Give the `text` of a suite, or the name of one that is stored.',
          )
        const run = await evaluations.start(callerOf(context, body.tenant), {
          suite:
            body.text === undefined
              ? { name: body.suite ?? '', version: body.version }
              : { text: body.text, file: 'suite.yaml' },
          against: body.against,
          sample: body.sample,
          budgetNanoUsd: body.budget_usd === undefined ? undefined : priceOfUsd(body.budget_usd),
          usesCache: body.uses_cache,
        })
        return toWireRun(run)
      },
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/evaluations',
      operationId: 'listEvaluations',
      summary: 'Runs of suites, newest first, with how far each is and its verdict.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(runSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const { cursor, limit, suite, state } = query
        const before = cursor === undefined ? undefined : await runOr404(cursor, principal)
        const visible = access.visibleTenant(principal, query.tenant)
        const found = await listRuns(database, { tenant: visible, suite, state, before, limit: limit + 1 })
        const data = found.slice(0, limit)
        const next = found.length > limit ? (data.at(-1)?.id ?? null) : null
        return { data: data.map(toWireRun), next_cursor: next }
      },
    }),
    defineRoute<Principal, undefined, typeof compareQuery>({
      method: 'GET',
      path: '/api/evaluations/compare',
      operationId: 'compareEvaluations',
      summary: 'Holds a release of one run against one of another, on the examples that both have.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { query: compareQuery },
      output: z.object({
        comparisons: z.array(comparisonSchema),
        shared_examples: z.int(),
        notes: z.array(z.string()).describe('What is not comparable, and why.'),
      }),
      handle: async ({ query }, { principal }) => {
        const [left, right] = await Promise.all([
          runOr404(query.baseline, principal),
          runOr404(query.challenger, principal),
        ])
        const baseline = releaseOf(left, query.baseline_release, true)
        const challenger = releaseOf(right, query.challenger_release, left.id === right.id ? false : 'either')
        const { comparisons, shared, notes } = await compareRuns(database, baseline, challenger, query)
        return {
          comparisons: comparisons.map(toWireComparison),
          shared_examples: shared,
          notes: [...notes],
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/evaluations/{id}',
      operationId: 'readEvaluation',
      summary: 'One run with its report: scores, comparisons, slices, gates, cost and latency.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: idPath },
      output: runDetailSchema,
      handle: async ({ path: { id } }, { principal }) => await detailOf(await runOr404(id, principal)),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/evaluations/{id}/live',
      operationId: 'followEvaluation',
      summary: 'Server-sent events `run`, whenever a run has moved on; ends with it.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path: { id } }, { principal }) =>
        options.news.open(await runOr404(id, principal), toWireRun),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/evaluations/{id}/cancel',
      operationId: 'cancelEvaluation',
      summary: 'Cancels a run; what is answered and scored is kept.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { path: idPath },
      output: runSchema,
      handle: async ({ path: { id } }, context) => {
        const run = await runOr404(id, context.principal)
        return toWireRun(await evaluations.cancel({ ...callerOf(context, run.tenant) }, run))
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof resumeBody>({
      method: 'POST',
      path: '/api/evaluations/{id}/resume',
      operationId: 'resumeEvaluation',
      summary: 'Goes on with a paused run, or asks again what got no answer.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { path: idPath, body: resumeBody },
      output: runSchema,
      handle: async ({ path: { id }, body }, context) => {
        const run = await runOr404(id, context.principal)
        const resumed = await evaluations.resume(callerOf(context, run.tenant), run, {
          budgetNanoUsd: body.budget_usd === undefined ? undefined : priceOfUsd(body.budget_usd),
          retryFailed: body.retry_failed,
        })
        return toWireRun(resumed)
      },
    }),
    defineRoute<Principal, typeof idPath, typeof examplesQuery>({
      method: 'GET',
      path: '/api/evaluations/{id}/examples',
      operationId: 'listEvaluationExamples',
      summary: 'The examples of a run with what each release got: all, regressions, errors and so on.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: idPath, query: examplesQuery },
      output: z.object({
        data: z.array(exampleRowSchema),
        total: z.int().describe('How many the filter lets through.'),
        next_cursor: z.int().nullable(),
      }),
      handle: async ({ path: { id }, query }, { principal }) => {
        const run = await runOr404(id, principal)
        const [column, ...value] = query.slice?.split('=') ?? []
        const filter = {
          outcome: query.outcome,
          release: placeIn(run.plan.releases, query.release, 'release'),
          evaluator: placeIn(run.plan.evaluators, query.evaluator, 'evaluator'),
          slice: column === undefined ? undefined : { column, value: value.join('=') },
        }
        const page = { offset: query.cursor, limit: query.limit }
        const { rows, total, next } = await listRunExamples(database, run, filter, page)
        return { data: rows, total, next_cursor: next ?? null }
      },
    }),
    defineRoute<Principal, typeof examplePath>({
      method: 'GET',
      path: '/api/evaluations/{id}/examples/{ordinal}',
      operationId: 'readEvaluationExample',
      summary: 'One example: its row, what was asked, every answer, and what was found of each and why.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      isAuditedRead: true,
      input: { path: examplePath },
      output: exampleDetailSchema,
      handle: async ({ path: { id, ordinal } }, { principal }) =>
        await readRunExample(await runOr404(id, principal), ordinal, options),
    }),
    defineRoute<Principal, typeof idPath, typeof parityQuery>({
      method: 'GET',
      path: '/api/evaluations/{id}/parity',
      operationId: 'readEvaluationParity',
      summary: 'Whether answers depend on what should not matter, of a run on counterfactuals.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: idPath, query: parityQuery },
      output: paritySchema,
      handle: async ({ path: { id }, query }, { principal }) => {
        const run = await runOr404(id, principal)
        const release = placeIn(run.plan.releases, query.release, 'release') ?? run.plan.baseline
        const found = await readParity(run, { release, margin: query.margin }, options)
        return toWireParity(run.plan.releases[release]?.name ?? '', query.margin, found)
      },
    }),
    defineRoute<Principal, typeof idPath, typeof oddsQuery>({
      method: 'GET',
      path: '/api/evaluations/{id}/odds',
      operationId: 'readEvaluationOdds',
      summary: 'Whether a release is as often right and wrong in each slice of a run that names labels.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      input: { path: idPath, query: oddsQuery },
      output: oddsSchema,
      handle: async ({ path: { id }, query: { margin, ...query } }, { principal }) => {
        const run = await runOr404(id, principal)
        const release = placeIn(run.plan.releases, query.release, 'release') ?? run.plan.baseline
        const labels = query.labels?.split(',').map(label => label.trim())
        const found = await readOdds(run, { release, margin, labels }, database)
        return toWireOdds(run.plan.releases[release]?.name ?? '', margin, found)
      },
    }),
    defineRoute<Principal, typeof idPath, typeof exportQuery>({
      method: 'GET',
      path: '/api/evaluations/{id}/export',
      operationId: 'exportEvaluation',
      summary: 'A run as JSON lines, one for each answer with its scores, or as JUnit’s XML.',
      tag,
      permission: 'evaluation:read',
      tenant: 'any',
      isAuditedRead: true,
      input: { path: idPath, query: exportQuery },
      output: 'stream',
      handle: async ({ path: { id }, query: { format } }, { principal, signal }) => {
        const run = await runOr404(id, principal)
        if (format === 'jsonl') return exportRows(run, options, signal)
        const report = await reportOf(run)
        if (!report) throw new Failure('conflict', 'The run has not begun: there is nothing to export.')
        const [examples, items, scores] = await Promise.all([
          listExamples(database, id),
          listItems(database, id),
          listScoreFigures(database, id),
        ])
        const xml = toJUnit({ run, report, examples, items, scores })
        return new Response(xml, { headers: { 'content-type': 'application/xml; charset=utf-8' } })
      },
    }),
  ]
}

/** The release that is meant where none is named: the baseline, or the one that is held against it. */
function releaseOf(run: Run, named: string | undefined, isBaseline: boolean | 'either'): RunRelease {
  const { releases, baseline } = run.plan
  const place = placeIn(releases, named, 'release')
  if (place !== undefined) return { run, release: place }
  if (isBaseline === true) return { run, release: baseline }
  const other = releases.findIndex((_, index) => index !== baseline)
  if (other >= 0) return { run, release: other }
  if (isBaseline === 'either') return { run, release: baseline }
  throw new Failure('invalid_request', 'The run has one release: there is nothing to hold it against.', {
    details: { parameter: 'challenger_release' },
  })
}
