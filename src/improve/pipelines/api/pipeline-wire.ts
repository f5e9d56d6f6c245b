import { z } from 'zod'
import type { StoredArtifact } from '../artifacts/artifact-store.ts'
import type { StoredPipeline } from '../definitions/pipeline-store.ts'
import type { RunCost } from '../runs/run-cost.ts'
import {
  type PipelineRun,
  type RunStage,
  runStates,
  runTriggers,
  type StageAttempt,
  stageStates,
} from '../runs/run.ts'
import { artifactTypes } from '../stage-kind.ts'

const time = z.iso.datetime().nullable()
const iso = (date: Date | undefined): string | null => date?.toISOString() ?? null
const value = z.union([z.string(), z.number(), z.boolean()])

export const pipelineSchemaOut = z
  .object({
    tenant: z.string(),
    name: z.string(),
    version: z.int(),
    hash: z.string().describe('SHA-256 of the text.'),
    text: z.string().describe('The YAML as it was given.'),
    author: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Pipeline' })

export function toWirePipeline(pipeline: StoredPipeline): z.output<typeof pipelineSchemaOut> {
  const { tenant, name, version, hash, text, author, createdAt } = pipeline
  return { tenant, name, version, hash, text, author, created_at: createdAt.toISOString() }
}

const counts = z.partialRecord(z.enum(stageStates), z.int())

export const runSchema = z
  .object({
    id: z.uuid(),
    tenant: z.string(),
    pipeline: z.string(),
    version: z.int(),
    state: z.enum(runStates),
    reason: z.string().nullable().describe('Why it has failed, was cancelled or skipped.'),
    parameters: z.record(z.string(), value),
    trigger: z.enum(runTriggers),
    trigger_name: z.string().nullable().describe('The trigger of the pipeline that began it.'),
    event: z.unknown().describe('What the trigger was told: the name of the event, and its facts.'),
    concurrency_group: z.string().nullable(),
    uses_cache: z.boolean(),
    author: z.string(),
    created_at: z.iso.datetime(),
    started_at: time,
    ended_at: time,
    stages: counts.describe('How many stages are in which state.'),
  })
  .meta({ id: 'PipelineRun' })

type StageCounts = z.output<typeof counts>

export function toWireRun(run: PipelineRun, stages: StageCounts): z.output<typeof runSchema> {
  return {
    id: run.id,
    tenant: run.tenant,
    pipeline: run.pipeline,
    version: run.version,
    state: run.state,
    reason: run.reason ?? null,
    parameters: run.parameters,
    trigger: run.trigger,
    trigger_name: run.triggerName ?? null,
    event: run.event ?? null,
    concurrency_group: run.concurrencyGroup ?? null,
    uses_cache: run.usesCache,
    author: run.author,
    created_at: run.createdAt.toISOString(),
    started_at: iso(run.startedAt),
    ended_at: iso(run.endedAt),
    stages,
  }
}

const failure = z.object({ code: z.string(), message: z.string() }).nullable()

const artifactSchema = z
  .object({
    name: z.string(),
    type: z.enum(artifactTypes),
    digest: z.string(),
    size_bytes: z.int(),
    value: z.unknown().describe('Of what is no file and no folder.'),
  })
  .meta({ id: 'PipelineArtifact' })

const attemptSchema = z
  .object({
    number: z.int(),
    state: z.enum(['running', 'succeeded', 'failed', 'interrupted', 'cancelled']),
    error: failure,
    started_at: z.iso.datetime(),
    ended_at: time,
  })
  .meta({ id: 'PipelineAttempt' })

const stageSchema = z
  .object({
    name: z.string().describe('`train`, or `train[small]` of a matrix.'),
    stage: z.string(),
    matrix: z.record(z.string(), value),
    needs: z.array(z.string()),
    kind: z.string(),
    state: z.enum(stageStates),
    progress: z.number(),
    step: z.string(),
    cache: z.enum(['run', 'hit']).nullable().describe('`hit`: what an earlier run left was used.'),
    cache_key: z.string().nullable(),
    cache_parts: z
      .record(z.string(), z.object({ hash: z.string(), shown: z.string() }))
      .nullable()
      .describe('What the key is made of.'),
    cache_why: z.string().nullable().describe('Why it was run, or why not.'),
    source_run: z.string().nullable(),
    parameters: z.unknown(),
    failures: z.int(),
    interruptions: z.int(),
    next_attempt_at: time,
    error: failure,
    started_at: time,
    ended_at: time,
    expires_at: time.describe('Of an approval.'),
    decision: z
      .object({
        outcome: z.enum(['approved', 'rejected', 'expired']),
        by: z.string(),
        at: z.iso.datetime(),
        reason: z.string(),
      })
      .nullable(),
    attempts: z.array(attemptSchema),
    artifacts: z.array(artifactSchema),
  })
  .meta({ id: 'PipelineStage' })

export const runDetailSchema = runSchema
  .omit({ stages: true })
  .extend({
    stages: z.array(stageSchema),
    cost: z
      .object({
        nano_usd: z.int(),
        unpriced: z.array(z.string()).describe('Stages whose cost nobody can say; they count as nothing.'),
      })
      .describe('What it has cost until now.'),
  })
  .meta({ id: 'PipelineRunDetail' })

export interface RunDetail {
  readonly run: PipelineRun
  readonly stages: readonly RunStage[]
  readonly attempts: readonly StageAttempt[]
  readonly artifacts: readonly StoredArtifact[]
  readonly cost: RunCost | undefined
}

export function toWireDetail(detail: RunDetail): z.output<typeof runDetailSchema> {
  const { stages: _, ...run } = toWireRun(detail.run, {})
  return {
    ...run,
    cost: { nano_usd: detail.cost?.nanoUsd ?? 0, unpriced: [...(detail.cost?.unpriced ?? [])] },
    stages: detail.stages.map(stage => ({
      name: stage.name,
      stage: stage.stage,
      matrix: stage.matrix,
      needs: [...stage.needs],
      kind: stage.kind,
      state: stage.state,
      progress: stage.progress,
      step: stage.step,
      cache: stage.cache ?? null,
      cache_key: stage.cacheKey ?? null,
      cache_parts: stage.cacheParts ?? null,
      cache_why: stage.cacheWhy ?? null,
      source_run: stage.sourceRun ?? null,
      parameters: stage.parameters ?? null,
      failures: stage.failures,
      interruptions: stage.interruptions,
      next_attempt_at: iso(stage.nextAttemptAt),
      error: stage.error ?? null,
      started_at: iso(stage.startedAt),
      ended_at: iso(stage.endedAt),
      expires_at: iso(stage.expiresAt),
      decision: stage.decision ? { ...stage.decision, at: stage.decision.at.toISOString() } : null,
      attempts: detail.attempts
        .filter(attempt => attempt.stage === stage.name)
        .map(({ number, state, error, startedAt, endedAt }) => ({
          number,
          state,
          error: error ?? null,
          started_at: startedAt.toISOString(),
          ended_at: iso(endedAt),
        })),
      artifacts: detail.artifacts
        .filter(artifact => artifact.stage === stage.name)
        .map(({ name, type, digest, sizeBytes, value: left }) => ({
          name,
          type,
          digest,
          size_bytes: sizeBytes,
          value: left ?? null,
        })),
    })),
  }
}

export const logSchema = z
  .object({
    sequence: z.int(),
    stage: z.string(),
    attempt: z.int(),
    at: z.iso.datetime(),
    stream: z.enum(['out', 'error', 'system']),
    text: z.string(),
  })
  .meta({ id: 'PipelineLogLine' })
