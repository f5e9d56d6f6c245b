import { z } from 'zod'
import type { RunReport } from '../report/report.ts'
import { endStates, type Run, runReasons, runStates } from '../runs/run.ts'
import type { StoredSuite } from '../suites/suite-store.ts'
import { reportSchema, toWireReport } from './report-wire.ts'

const moment = z.iso.datetime().nullable()

export const runSchema = z
  .object({
    id: z.uuid(),
    tenant: z.string(),
    suite: z.string(),
    suite_version: z.int(),
    suite_hash: z.string(),
    dataset: z.object({
      name: z.string(),
      reference: z.string().describe('As the suite names it.'),
      version_id: z.string(),
      version_number: z.int(),
      split: z.string().nullable(),
    }),
    releases: z.array(
      z.object({
        name: z.string().describe('As the suite names it.'),
        service: z.string(),
        release: z.string(),
        hash: z.string(),
        targets: z.array(z.string()),
        is_baseline: z.boolean(),
      }),
    ),
    evaluators: z.array(
      z.object({
        name: z.string(),
        use: z.string(),
        version: z.int(),
        parameters_hash: z.string(),
        threshold: z.number(),
        is_judge: z.boolean(),
        kind: z
          .enum(['single', 'pair'])
          .describe('`pair`: each answer against the baseline’s; 0.5 is a tie.'),
      }),
    ),
    repeats: z.int(),
    seed: z.int(),
    sample: z.int().nullable(),
    uses_cache: z.boolean(),
    state: z.enum(runStates),
    reason: z.enum(runReasons).nullable().describe('Why it is paused or has failed.'),
    reason_text: z.string().nullable(),
    resume_at: moment.describe('When it goes on by itself.'),
    total: z.int().describe('Examples times releases times repeats.'),
    answered: z.int(),
    cached: z.int().describe('Of those, the ones that nobody was asked for.'),
    scored: z.int(),
    failed: z.int(),
    cost_nano_usd: z.int().describe('All that was paid, for judges too.'),
    judge_cost_nano_usd: z.int(),
    unpriced: z.int().describe('Answers without a price.'),
    budget_nano_usd: z.int().nullable(),
    items_per_minute: z.number().nullable(),
    remaining_seconds: z.number().nullable().describe('At that pace; null where nothing is left or known.'),
    expected_cost_nano_usd: z.int().nullable().describe('Of the whole run, as it has cost so far.'),
    verdict: z.enum(['passed', 'failed', 'not_enough']).nullable(),
    verdict_why: z.string().nullable(),
    author: z.string(),
    created_at: z.iso.datetime(),
    started_at: moment,
    ended_at: moment,
    worked_ms: z.int(),
  })
  .meta({ id: 'EvaluationRun' })

export const runDetailSchema = runSchema
  .extend({
    report: reportSchema
      .nullable()
      .describe('While it runs: of what there is so far, without a verdict to go by.'),
  })
  .meta({ id: 'EvaluationRunDetail' })

export type WireRun = z.output<typeof runSchema>

export function toWireRun(run: Run): WireRun {
  const { plan } = run
  const done = run.scored + run.failed
  const isOpen = !endStates.includes(run.state)
  const minutes = run.workedMs / 60_000
  const perMinute = done > 0 && minutes > 0 ? done / minutes : undefined
  const report = run.report as RunReport | undefined
  return {
    id: run.id,
    tenant: run.tenant,
    suite: run.suite,
    suite_version: run.suiteVersion,
    suite_hash: plan.suiteHash,
    dataset: {
      name: plan.dataset.name,
      reference: plan.dataset.reference,
      version_id: plan.dataset.versionId,
      version_number: plan.dataset.versionNumber,
      split: plan.dataset.split,
    },
    releases: plan.releases.map((release, index) => ({
      ...release,
      targets: [...release.targets],
      is_baseline: index === plan.baseline,
    })),
    evaluators: plan.evaluators.map(({ parametersHash, isJudge, ...evaluator }) => ({
      ...evaluator,
      parameters_hash: parametersHash,
      is_judge: isJudge,
    })),
    repeats: plan.repeats,
    seed: plan.seed,
    sample: plan.sample,
    uses_cache: run.usesCache,
    state: run.state,
    reason: run.reason ?? null,
    reason_text: run.reasonText ?? null,
    resume_at: run.resumeAt?.toISOString() ?? null,
    total: run.total,
    answered: run.answered,
    cached: run.cached,
    scored: run.scored,
    failed: run.failed,
    cost_nano_usd: run.costNanoUsd,
    judge_cost_nano_usd: run.judgeCostNanoUsd,
    unpriced: run.unpriced,
    budget_nano_usd: run.budgetNanoUsd ?? null,
    items_per_minute: perMinute ?? null,
    remaining_seconds:
      perMinute === undefined || !isOpen ? null : Math.max(0, ((run.total - done) / perMinute) * 60),
    expected_cost_nano_usd:
      done === 0 || run.total === 0 ? null : Math.round((run.costNanoUsd / done) * run.total),
    verdict: run.verdict ?? null,
    verdict_why: report?.verdictWhy ?? null,
    author: run.author,
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    ended_at: run.endedAt?.toISOString() ?? null,
    worked_ms: run.workedMs,
  }
}

export function toWireRunDetail(run: Run, report: RunReport | undefined): z.output<typeof runDetailSchema> {
  return { ...toWireRun(run), report: report ? toWireReport(report) : null }
}

export const suiteSchemaOut = z
  .object({
    tenant: z.string(),
    name: z.string(),
    version: z.int(),
    hash: z.string(),
    text: z.string(),
    author: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'EvaluationSuite' })

export function toWireSuite(suite: StoredSuite): z.output<typeof suiteSchemaOut> {
  const { tenant, name, version, hash, text, author, createdAt } = suite
  return { tenant, name, version, hash, text, author, created_at: createdAt.toISOString() }
}
