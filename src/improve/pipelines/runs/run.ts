/** A run of a pipeline: its row says what is to be done, and whoever holds its lease moves it. */
import type { ApprovalTerms } from '../declaration/approval-terms.ts'
import type { ParameterValue } from '../declaration/pipeline-schema.ts'

export const runStates = [
  'queued',
  'running',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
] as const
export type RunState = (typeof runStates)[number]

export const runEnds: readonly RunState[] = ['succeeded', 'failed', 'cancelled', 'skipped']

export const stageStates = [
  'waiting',
  'running',
  'approval',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const
export type StageState = (typeof stageStates)[number]

export const stageEnds: readonly StageState[] = ['succeeded', 'failed', 'skipped', 'cancelled']

export const runTriggers = ['manual', 'api', 'cron', 'event', 'rows'] as const
export type RunTrigger = (typeof runTriggers)[number]

export interface PipelineRun {
  readonly id: string
  readonly tenant: string
  readonly pipeline: string
  readonly version: number
  readonly parameters: Readonly<Record<string, ParameterValue>>
  readonly state: RunState
  readonly reason: string | undefined
  readonly trigger: RunTrigger
  readonly event: unknown
  /** Of one that a trigger of its pipeline has begun: its name. */
  readonly triggerName: string | undefined
  /** What a person is asked before its first stage. */
  readonly approval: ApprovalTerms | undefined
  readonly concurrencyGroup: string | undefined
  readonly usesCache: boolean
  readonly author: string
  readonly keyId: string | undefined
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
}

/** One part of a cache key: short values as they are, all with their hash. */
export interface CachePart {
  readonly hash: string
  readonly shown: string
}

export interface RunStage {
  readonly runId: string
  readonly name: string
  readonly ordinal: number
  readonly stage: string
  readonly matrix: Readonly<Record<string, ParameterValue>>
  /** Names of those that come before it. */
  readonly needs: readonly string[]
  readonly kind: string
  readonly state: StageState
  readonly cache: 'run' | 'hit' | undefined
  readonly cacheKey: string | undefined
  readonly cacheParts: Readonly<Record<string, CachePart>> | undefined
  readonly pinned: unknown
  readonly cacheWhy: string | undefined
  readonly sourceRun: string | undefined
  readonly parameters: unknown
  readonly progress: number
  readonly step: string
  readonly attempts: number
  readonly failures: number
  readonly interruptions: number
  readonly nextAttemptAt: Date | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly expiresAt: Date | undefined
  readonly decision: StageDecision | undefined
}

export interface StageDecision {
  readonly outcome: 'approved' | 'rejected' | 'expired'
  readonly by: string
  readonly at: Date
  readonly reason: string
}

export type AttemptState = 'running' | 'succeeded' | 'failed' | 'interrupted' | 'cancelled'

export interface StageAttempt {
  readonly id: string
  readonly stage: string
  readonly number: number
  readonly state: AttemptState
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly startedAt: Date
  readonly endedAt: Date | undefined
}
