import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import {
  createId,
  Failure,
  LeaseLost,
  type Logger,
  type Queryable,
  retryWaitMs,
} from '../../../foundation/platform/index.ts'
import { insertArtifact, listArtifacts, type StoredArtifact } from '../artifacts/artifact-store.ts'
import type { Pipeline } from '../declaration/pipeline.ts'
import type { StageText } from '../declaration/pipeline-schema.ts'
import { renderAll } from '../declaration/template.ts'
import { approvalKind, type ApprovalTerms } from '../kinds/approval.ts'
import { type PipelineParts, secretsOf } from '../ports.ts'
import type { Artifact, NewArtifact, StageContext, StageKind, StageResult, StageWork } from '../stage-kind.ts'
import { cacheKeyOf, explainMiss } from './cache-key.ts'
import { stableId } from './stable-id.ts'
import type { Places } from './places.ts'
import { limitsOf } from './stage-limits.ts'
import { createLogSink } from './log-sink.ts'
import type { CachePart, RunStage } from './run.ts'
import type { RunHold } from './run-hold.ts'
import { inputsFor, scopeFor } from './stage-plan.ts'
import { saveProgress } from './progress-store.ts'
import { changeStage, endAttempt, findHit, insertAttempt, listLastKeys } from './stage-store.ts'

export interface StageOptions extends PipelineParts {
  readonly takePlace: Places['take']
}

/** Why a stage is told to end. */
type StopReason = 'cancelled' | 'stopping'

/** The work of a stage was cut off so often that it is not begun again. */
export const mostInterruptions = 10
const progressMs = 1_000
const interruptedPauseMs = 200
/** Where nothing was lost, nothing counts either: such attempts come slower. */
const unlostPauseMs = 1_000

interface Given {
  readonly hold: RunHold
  readonly pipeline: Pipeline
  readonly stage: RunStage
  readonly stages: readonly RunStage[]
  readonly artifacts: readonly StoredArtifact[]
  /** Aborts with a `StopReason`. */
  readonly signal: AbortSignal
}

/** What is known of a stage before it is begun. */
interface Prepared {
  readonly kind: StageKind
  readonly work: StageWork<unknown>
  readonly cacheKey: string | undefined
  readonly parts: Readonly<Record<string, CachePart>> | undefined
  readonly pinned: unknown
  readonly why: string
}

/** Moves one stage from where it waits to its end, to its next pause, or to a person. Everything is written under the lease of the run. */
export async function workOnStage(given: Given, options: StageOptions): Promise<void> {
  const { hold, stage } = given
  const declared = given.pipeline.stages[stage.stage]
  const kind = options.kinds.get(stage.kind)
  if (!declared || !kind)
    return await fail(given, options, {
      code: 'unknown_kind',
      message: `No part of this server knows the kind of stage \`${stage.kind}\`.`,
    })
  let prepared: Prepared
  try {
    const found = await prepare(given, declared, kind, options)
    if ('hit' in found) return await takeHit(given, found, options)
    prepared = found
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    const failure = describe(error, options.logger, given)
    if (isCutOff(error))
      return await hold.write(async transaction => void (await interrupt(transaction, given, failure, false)))
    if (isRetryable(error))
      return await hold.write(async transaction => await pause(transaction, given, declared, failure))
    return await fail(given, options, failure)
  }
  if (kind.name === approvalKind) return await beginApproval(given, prepared)
  const leave = await takePlace(given, prepared, options)
  if (!leave) return
  try {
    await attempt(given, declared, prepared, leave, options)
  } finally {
    leave()
  }
}

/** Waits for a place where the stage needs one: until then it is `waiting`, so that who kills the server cuts nothing off. `undefined` where it is told to end. */
async function takePlace(
  { hold, stage, signal }: Given,
  { kind, work }: Prepared,
  options: StageOptions,
): Promise<(() => void) | undefined> {
  if (kind.takesPlace?.(work.parameters) !== true) return () => undefined
  const whenTold = AbortSignal.any([signal, hold.claim.signal])
  try {
    return await options.takePlace(whenTold, () => {
      saveProgress(options.database, {
        runId: hold.run.id,
        owner: hold.claim.owner,
        name: stage.name,
        state: 'waiting',
        share: 0,
        step: 'waits for a place',
      }).catch(() => undefined)
    })
  } catch (error) {
    if (hold.claim.signal.aborted) throw new LeaseLost()
    if (signal.aborted) return undefined
    throw error
  }
}

interface Hit {
  readonly hit: true
  readonly source: { readonly runId: string; readonly name: string }
  readonly key: string
  readonly parts: Readonly<Record<string, CachePart>>
  readonly why: string
  readonly artifacts: readonly StoredArtifact[]
}

async function prepare(
  given: Given,
  declared: StageText,
  kind: StageKind,
  options: StageOptions,
): Promise<Prepared | Hit> {
  const { hold, stage, pipeline, stages, artifacts } = given
  const { run } = hold
  if (kind.isProcess === true) checkLeave(given, declared, options)
  const rendered = renderAll(declared.with, scopeFor(run, pipeline, stage, stages, artifacts)) as Record<
    string,
    unknown
  >
  const read = kind.parameters.safeParse(rendered)
  if (!read.success) {
    const text = read.error.issues
      .map(({ path: at, message }) => `with.${at.join('.')}: ${message}`)
      .join('; ')
    throw new Failure('invalid_request', `The parameters of the stage do not fit: ${text}.`)
  }
  const work: StageWork<unknown> = {
    caller: { tenant: run.tenant, author: run.author, keyId: run.keyId },
    pipeline: run.pipeline,
    runId: run.id,
    stage: stage.name,
    parameters: read.data,
    inputs: inputsFor(stage, pipeline, stages, artifacts),
  }
  const base = { kind, work, cacheKey: undefined, parts: undefined, pinned: undefined }
  if (!kind.cacheKey)
    return { ...base, why: `What a stage of the kind \`${kind.name}\` leaves is never used again.` }
  // an attempt that was cut off goes on with what the first has looked up
  if (stage.attempts > 0 && stage.cacheKey !== undefined)
    return {
      ...base,
      cacheKey: stage.cacheKey,
      parts: stage.cacheParts,
      pinned: stage.pinned,
      why: stage.cacheWhy ?? '',
    }
  const basis = await kind.cacheKey(work)
  const { key, parts } = cacheKeyOf({
    kind,
    parameters: read.data as Record<string, unknown>,
    inputs: work.inputs,
    secrets: declared.secrets,
    basis,
  })
  const prepared = { ...base, cacheKey: key, parts, pinned: basis.pinned }
  if (declared.cache === false) return { ...prepared, why: 'The pipeline says `cache: false`.' }
  if (basis.never !== undefined) return { ...prepared, why: basis.never }
  if (!run.usesCache) return { ...prepared, why: 'The run was begun without the cache.' }
  const found = await hold.read(() => findHit(options.database, run.tenant, key))
  if (!found) {
    const earlier = await hold.read(() =>
      listLastKeys(options.database, run.tenant, run.pipeline, stage.name),
    )
    return { ...prepared, why: explainMiss(parts, earlier) }
  }
  const { maxAge } = declared.cache === true ? {} : declared.cache
  if (maxAge !== undefined && Date.now() - found.endedAt.getTime() > maxAge)
    return { ...prepared, why: `The result of run ${found.runId} is older than \`maxAge\` allows.` }
  const left = await hold.read(() => listArtifacts(options.database, found.runId, found.name))
  for (const artifact of left)
    if (!(await options.artifacts.use(run.tenant, artifact)))
      return { ...prepared, why: `What run ${found.runId} left is not stored any more.` }
  const stale = await kind.whyStale?.(work, left)
  if (stale !== undefined) return { ...prepared, why: `Run ${found.runId} has the same key, but ${stale}` }
  const why = `All ${Object.keys(parts).length} parts of its key are those of run ${found.runId}.`
  return { hit: true, source: found, key, parts, why, artifacts: left }
}

/** The configuration may have changed since the pipeline was defined. */
function checkLeave({ hold }: Given, declared: StageText, { settings }: StageOptions): void {
  const secrets = secretsOf(settings(), hold.run.tenant)
  if (!secrets)
    throw new Failure('forbidden', 'The configuration lets no pipeline of this tenant run commands.')
  const missing = declared.secrets.find(name => !secrets.includes(name))
  if (missing !== undefined)
    throw new Failure(
      'invalid_request',
      `The configuration has no secret \`${missing}\` for pipelines any more.`,
    )
}

async function takeHit(given: Given, hit: Hit, options: StageOptions): Promise<void> {
  const { hold, stage } = given
  const { run } = hold
  const now = new Date()
  await hold.write(async transaction => {
    for (const artifact of hit.artifacts)
      await insertArtifact(transaction, { runId: run.id, stage: stage.name, tenant: run.tenant }, artifact)
    await changeStage(transaction, run.id, stage.name, {
      state: 'succeeded',
      cache: 'hit',
      cacheKey: hit.key,
      cacheParts: hit.parts,
      cacheWhy: hit.why,
      sourceRun: hit.source.runId,
      progress: 1,
      step: '',
      error: null,
      startedAt: stage.startedAt ?? now,
      endedAt: now,
    })
  })
  options.metrics.stageEnded(stage.kind, 'hit', 0)
}

async function beginApproval({ hold, stage }: Given, { work }: Prepared): Promise<void> {
  const terms = work.parameters as ApprovalTerms
  const now = Date.now()
  await hold.write(async transaction => {
    await changeStage(transaction, hold.run.id, stage.name, {
      state: 'approval',
      parameters: terms,
      startedAt: new Date(now),
      expiresAt: new Date(now + terms.expiresAfterHours * 3_600_000),
      cacheWhy: 'A person decides each time.',
    })
  })
}

/** One attempt, from its row to its end. */
async function attempt(
  given: Given,
  declared: StageText,
  prepared: Prepared,
  leave: () => void,
  options: StageOptions,
): Promise<void> {
  const { hold, stage } = given
  const { run } = hold
  const { kind, work } = prepared
  const id = createId()
  const number = stage.attempts + 1
  await hold.write(async transaction => {
    const startedAt = new Date()
    await insertAttempt(transaction, run.id, { id, stage: stage.name, number, startedAt })
    await changeStage(transaction, run.id, stage.name, {
      state: 'running',
      attempts: number,
      startedAt: stage.startedAt ?? startedAt,
      nextAttemptAt: null,
      error: null,
      progress: 0,
      step: '',
      parameters: work.parameters,
      cacheWhy: prepared.why,
      ...(prepared.cacheKey !== undefined && { cacheKey: prepared.cacheKey }),
      ...(prepared.parts && { cacheParts: prepared.parts }),
      ...(prepared.pinned !== undefined && { pinned: prepared.pinned }),
    })
  })
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort('timeout'), declared.timeout)
  const signal = AbortSignal.any([given.signal, hold.claim.signal, timeout.signal])
  const secrets = Object.fromEntries(
    declared.secrets.map(name => [name, options.secret(name) ?? ''] as const),
  )
  const sink = createLogSink({
    database: options.database,
    logger: options.logger,
    runId: run.id,
    stage: stage.name,
    attempt: number,
    mostBytes: options.settings().logKilobytes * 1_024,
    secrets: Object.values(secrets),
    onWritten: () => undefined,
  })
  const folder = path.join(options.folder, id)
  let progress = { share: 0, step: '' }
  let saved = progress
  const saving = setInterval(() => {
    if (progress === saved) return
    saved = progress
    saveProgress(options.database, {
      runId: run.id,
      owner: hold.claim.owner,
      name: stage.name,
      state: 'running',
      ...progress,
    }).catch(() => undefined)
  }, progressMs)
  const context: StageContext<unknown> = {
    ...work,
    pinned: prepared.pinned,
    attempt: number,
    stableId: purpose => stableId(run.id, stage.name, purpose),
    signal,
    folder: async () => {
      await mkdir(folder, { recursive: true })
      return folder
    },
    progress: (share, step) => {
      progress = { share, step }
    },
    log: sink.log,
    metric: sink.metric,
    materialize: (artifact, target) => options.artifacts.materialize(run.tenant, artifact, target),
    limits: limitsOf(declared, options.settings()),
    secrets,
  }
  let end: AttemptEnd
  try {
    // what it has left is kept without a place
    end = await endOf(await kind.run(context).finally(leave), run.tenant, options)
  } catch (error) {
    const failure = describe(error, options.logger, given)
    end = isCutOff(error)
      ? { kind: 'interrupted', message: failure.message, isLost: !goesOnElsewhere(kind, work.parameters) }
      : { kind: 'failed', ...failure, isRetryable: isRetryable(error), artifacts: [] }
  } finally {
    clearTimeout(timer)
    clearInterval(saving)
    await sink.end()
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
  if (hold.claim.signal.aborted) throw new LeaseLost()
  if (timeout.signal.aborted && end.kind !== 'done')
    end = {
      kind: 'failed',
      code: 'timeout',
      message: `The attempt took longer than ${declared.timeout / 1_000} s.`,
      isRetryable: true,
      artifacts: [],
    }
  const stopped =
    given.signal.aborted && end.kind !== 'done' ? (given.signal.reason as StopReason) : undefined
  await conclude({ given, declared, id, end, stopped, startedAt: stage.startedAt }, options)
}

type AttemptEnd =
  | { readonly kind: 'done'; readonly artifacts: readonly Artifact[] }
  | {
      readonly kind: 'failed'
      readonly code: string
      readonly message: string
      readonly isRetryable: boolean
      readonly artifacts: readonly Artifact[]
    }
  | { readonly kind: 'interrupted'; readonly message: string; readonly isLost: boolean }

async function endOf(result: StageResult, tenant: string, options: StageOptions): Promise<AttemptEnd> {
  if (result.kind === 'interrupted') return { ...result, isLost: true }
  const artifacts = await keepAll(result.outputs ?? {}, tenant, options)
  return result.kind === 'done' ? { kind: 'done', artifacts } : { ...result, artifacts }
}

async function keepAll(
  outputs: Readonly<Record<string, NewArtifact>>,
  tenant: string,
  { artifacts }: StageOptions,
): Promise<Artifact[]> {
  const kept: Artifact[] = []
  for (const [name, made] of Object.entries(outputs)) kept.push(await artifacts.keep(tenant, name, made))
  return kept
}

/** Writes what came of an attempt: once, and only by who holds the run. */
async function conclude(
  what: {
    readonly given: Given
    readonly declared: StageText
    readonly id: string
    readonly end: AttemptEnd
    readonly stopped: StopReason | undefined
    readonly startedAt: Date | undefined
  },
  options: StageOptions,
): Promise<void> {
  const { given, declared, id, end, stopped } = what
  const { hold, stage } = given
  const { run } = hold
  const now = new Date()
  const place = { runId: run.id, stage: stage.name, tenant: run.tenant }
  const tookSeconds = (now.getTime() - (stage.startedAt ?? now).getTime()) / 1_000
  const state = await hold.write(async transaction => {
    const finish = async (attemptState: Parameters<typeof endAttempt>[2]['state'], error: typeof noError) =>
      await endAttempt(transaction, id, { state: attemptState, error, now })
    if (end.kind !== 'interrupted')
      for (const artifact of end.artifacts) await insertArtifact(transaction, place, artifact)
    if (end.kind === 'done') {
      await finish('succeeded', undefined)
      await changeStage(transaction, run.id, stage.name, {
        state: 'succeeded',
        cache: 'run',
        progress: 1,
        step: '',
        endedAt: now,
      })
      return 'succeeded' as const
    }
    if (stopped === 'cancelled') {
      await finish('cancelled', undefined)
      await changeStage(transaction, run.id, stage.name, { state: 'cancelled', step: '', endedAt: now })
      return 'cancelled' as const
    }
    if (stopped === 'stopping') {
      await finish('interrupted', { code: 'stopping', message: 'The server was stopped.' })
      await changeStage(transaction, run.id, stage.name, { state: 'waiting', step: '' })
      return 'interrupted' as const
    }
    if (end.kind === 'interrupted') {
      const error = { code: 'interrupted', message: end.message }
      await finish('interrupted', error)
      return await interrupt(transaction, given, error, end.isLost)
    }
    const error = { code: end.code, message: end.message.slice(0, 4_000) }
    await finish('failed', error)
    if (end.isRetryable && stage.failures < declared.retries.most) {
      await pause(transaction, given, declared, error)
      return 'retried' as const
    }
    await changeStage(transaction, run.id, stage.name, {
      state: 'failed',
      failures: stage.failures + 1,
      step: '',
      error,
      endedAt: now,
    })
    return 'failed' as const
  })
  options.metrics.attemptEnded(stage.kind, state === 'retried' ? 'failed' : state)
  if (state === 'succeeded') options.metrics.stageEnded(stage.kind, 'run', tookSeconds)
  if (state === 'failed' || state === 'cancelled') options.metrics.stageEnded(stage.kind, state, tookSeconds)
}

/** It was cut off and did not fail: it is begun again, unless work was lost too often. */
async function interrupt(
  transaction: Queryable,
  { hold, stage }: Given,
  error: { readonly code: string; readonly message: string },
  isLost: boolean,
): Promise<'interrupted' | 'failed'> {
  const interruptions = stage.interruptions + (isLost ? 1 : 0)
  const isLast = interruptions > mostInterruptions
  await changeStage(transaction, hold.run.id, stage.name, {
    state: isLast ? 'failed' : 'waiting',
    interruptions,
    step: '',
    error,
    nextAttemptAt: new Date(Date.now() + (isLost ? interruptedPauseMs : unlostPauseMs)),
    ...(isLast && { endedAt: new Date() }),
  })
  return isLast ? 'failed' : 'interrupted'
}

/** Also of parameters that have been read back, and of a kind that does not know them any more. */
export function goesOnElsewhere(kind: StageKind | undefined, parameters: unknown): boolean {
  try {
    return kind?.goesOnElsewhere?.(parameters) === true
  } catch {
    return false
  }
}

const noError: { readonly code: string; readonly message: string } | undefined = undefined

/** It failed and is tried again after a pause, unless it has done so as often as it may. */
async function pause(
  transaction: Queryable,
  { hold, stage }: Given,
  { retries }: StageText,
  error: { readonly code: string; readonly message: string },
): Promise<void> {
  const failures = stage.failures + 1
  if (failures > Math.max(retries.most, 0)) {
    await changeStage(transaction, hold.run.id, stage.name, {
      state: 'failed',
      failures,
      step: '',
      error,
      endedAt: new Date(),
    })
    return
  }
  const bounds = { firstMs: retries.firstPause, capMs: retries.longestPause }
  await changeStage(transaction, hold.run.id, stage.name, {
    state: 'waiting',
    failures,
    step: '',
    error,
    nextAttemptAt: new Date(Date.now() + retryWaitMs(failures - 1, undefined, Math.random, bounds)),
  })
}

async function fail(
  { hold, stage }: Given,
  { metrics }: StageOptions,
  error: { readonly code: string; readonly message: string },
): Promise<void> {
  const now = new Date()
  await hold.write(async transaction => {
    await changeStage(transaction, hold.run.id, stage.name, {
      state: 'failed',
      error: { code: error.code, message: error.message.slice(0, 4_000) },
      startedAt: stage.startedAt ?? now,
      endedAt: now,
    })
  })
  metrics.stageEnded(stage.kind, 'failed', 0)
}

function describe(
  error: unknown,
  logger: Logger,
  { hold, stage }: Given,
): { readonly code: string; readonly message: string } {
  if (error instanceof Failure) return { code: error.code, message: error.message }
  // signals abort with the reason as a text
  if (typeof error === 'string' || (error instanceof Error && error.name === 'AbortError'))
    return { code: 'stopped', message: 'It was told to end.' }
  logger.error({ err: error, run: hold.run.id, stage: stage.name }, 'A bug broke a stage of a pipeline.')
  return {
    code: 'internal_error',
    message: `Something broke on our side. The log has it under run ${hold.run.id}.`,
  }
}

/** What lies in ourselves, not in the stage. */
const isCutOff = (error: unknown): boolean =>
  error instanceof Failure && ['storage_unavailable', 'not_ready', 'shutting_down'].includes(error.code)

const isRetryable = (error: unknown): boolean => error instanceof Failure && error.kind.isRetryable
