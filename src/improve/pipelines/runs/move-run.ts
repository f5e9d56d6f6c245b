import { type Claim, Failure, LeaseLost } from '../../../foundation/platform/index.ts'
import { systemActor } from '../../../govern/audit/index.ts'
import { listArtifacts, insertArtifact } from '../artifacts/artifact-store.ts'
import { valueArtifact } from '../artifacts/artifacts.ts'
import type { Pipeline } from '../declaration/pipeline.ts'
import { parsePipeline } from '../declaration/read-pipeline.ts'
import { findPipeline } from '../definitions/pipeline-store.ts'
import type { ApprovalTerms } from '../kinds/approval.ts'
import { withApproval } from '../declaration/with-approval.ts'
import { type PipelineRun, type RunStage, type RunState, stageEnds } from './run.ts'
import { createRunHold, type RunHold } from './run-hold.ts'
import { endRun, sleepUntil } from './run-store.ts'
import { nextStep, scopeFor } from './stage-plan.ts'
import { changeStage, decideStage, interruptAttempts, listStages } from './stage-store.ts'
import { goesOnElsewhere, mostInterruptions, type StageOptions, workOnStage } from './work-on-stage.ts'

/** A run that waits for less than that is kept, longer it is let go. */
const shortWaitMs = 3_000

/** Moves a run on from wherever it is, until it has ended, waits for a person, or the process stops. Safe to run again after any crash. */
export async function moveRun(
  run: PipelineRun,
  claim: Claim<RunState>,
  options: StageOptions,
): Promise<void> {
  const hold = createRunHold(run, claim, options)
  const pipeline = await readDeclared(hold, options)
  if (!pipeline) return
  await takeUp(hold, options)
  const active = new Map<string, Promise<void>>()
  const stop = new AbortController()
  const news = createBell()
  claim.onNews(news.ring)
  claim.signal.addEventListener('abort', news.ring)
  let broken: { readonly error: unknown } | undefined
  const throwBroken = (): void => {
    if (broken) throw broken.error as Error
  }
  const isCancelled = (): boolean => claim.state() === 'cancelling'
  const begin = (
    stage: RunStage,
    stages: readonly RunStage[],
    artifacts: Awaited<ReturnType<typeof listArtifacts>>,
  ): void => {
    const work = workOnStage({ hold, pipeline, stage, stages, artifacts, signal: stop.signal }, options)
      .catch((error: unknown) => {
        broken ??= { error }
      })
      .finally(() => {
        active.delete(stage.name)
        news.ring()
      })
    active.set(stage.name, work)
  }

  try {
    for (;;) {
      throwBroken()
      if (claim.signal.aborted) throw new LeaseLost()
      if (isCancelled() || claim.isStopping()) {
        stop.abort(isCancelled() ? 'cancelled' : 'stopping')
        await Promise.all(active.values())
        throwBroken()
        if (isCancelled()) await endCancelled(hold, options)
        return
      }
      const heard = news.wait()
      // what ends while the rows are read may stand there as it was before
      const busy = new Set(active.keys())
      const stages = await hold.read(() => listStages(options.database, run.id))
      const artifacts = await hold.read(() => listArtifacts(options.database, run.id))
      if (stages.every(({ state }) => stageEnds.includes(state))) return await end(hold, stages, options)
      let isMoved = false
      let wakeAt = Infinity
      for (const stage of stages) {
        if (busy.has(stage.name) || stageEnds.includes(stage.state)) continue
        if (stage.state === 'approval') {
          if (await decide(hold, stage, options)) isMoved = true
          else wakeAt = Math.min(wakeAt, stage.expiresAt?.getTime() ?? Infinity)
          continue
        }
        if (stage.state !== 'waiting') continue
        const due = stage.nextAttemptAt?.getTime() ?? 0
        if (due > Date.now()) {
          wakeAt = Math.min(wakeAt, due)
          continue
        }
        const step = await stepOf(hold, pipeline, stage, stages, artifacts, options)
        if (step === 'begin') begin(stage, stages, artifacts)
        else if (step !== 'wait') isMoved = true
      }
      if (isMoved || ![...busy].every(name => active.has(name))) continue
      if (active.size === 0) {
        // nothing can ring but the clock and people
        const waitMs = wakeAt - Date.now()
        if (waitMs > shortWaitMs) {
          if (Number.isFinite(wakeAt)) await letGo(hold, wakeAt)
          return
        }
      }
      await Promise.race([heard, pauseFor(wakeAt - Date.now(), news.signal())])
    }
  } finally {
    stop.abort('stopping')
    await Promise.all(active.values())
  }
}

/** Lets the run go until then, unless somebody has decided meanwhile. */
async function letGo(hold: RunHold, wakeAt: number): Promise<void> {
  await hold.write(async transaction => {
    const stages = await listStages(transaction, hold.run.id)
    if (stages.some(({ state, decision }) => state === 'approval' && decision)) return
    await sleepUntil(transaction, hold.run.id, new Date(wakeAt))
  })
}

async function readDeclared(hold: RunHold, options: StageOptions): Promise<Pipeline | undefined> {
  const { run } = hold
  const stored = await hold.read(() => findPipeline(options.database, run.tenant, run.pipeline, run.version))
  try {
    if (!stored) throw new Failure('not_found', `Version ${run.version} of ${run.pipeline} is gone.`)
    const pipeline = parsePipeline(stored.text, `${run.pipeline}.yaml`, {
      kinds: options.kinds,
      // whether it may still run commands, and where, is asked when a stage begins
      secrets: Object.keys(options.settings().commands.secrets),
      asksKinds: false,
    })
    return withApproval(pipeline, run.approval)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    await finish(hold, 'failed', `The pipeline cannot be read any more: ${error.message}`, options)
    return undefined
  }
}

/** What an owner who is gone has left is begun again, and counts as cut off where work of it was lost. */
async function takeUp(hold: RunHold, { kinds, metrics, logger }: StageOptions): Promise<void> {
  const { run } = hold
  const interrupted = await hold.write(async transaction => {
    const now = new Date()
    const attempts = await interruptAttempts(transaction, run.id, now)
    for (const stage of await listStages(transaction, run.id)) {
      if (stage.state !== 'running') continue
      const isLost = !goesOnElsewhere(kinds.get(stage.kind), stage.parameters)
      const interruptions = stage.interruptions + (isLost ? 1 : 0)
      const isLast = interruptions > mostInterruptions
      await changeStage(transaction, run.id, stage.name, {
        state: isLast ? 'failed' : 'waiting',
        interruptions,
        error: {
          code: 'interrupted',
          message: isLast
            ? `It was cut off ${interruptions} times, so it is not begun again. Look for what ends the server in the middle of it.`
            : 'The process that worked on it was not heard of any more.',
        },
        ...(isLast && { endedAt: now }),
      })
    }
    return attempts
  })
  for (let count = 0; count < interrupted; count += 1) metrics.attemptEnded('any', 'interrupted')
  if (interrupted > 0)
    logger.info({ run: run.id, attempts: interrupted }, 'A run of a pipeline was taken up again.')
}

/** Says what becomes of a stage that waits, and writes it where it is skipped or its condition has no value. */
async function stepOf(
  hold: RunHold,
  pipeline: Pipeline,
  stage: RunStage,
  stages: readonly RunStage[],
  artifacts: Awaited<ReturnType<typeof listArtifacts>>,
  { metrics }: StageOptions,
): Promise<'wait' | 'begin' | 'skip' | 'fail'> {
  const now = new Date()
  const change = async (next: Parameters<typeof changeStage>[3]): Promise<void> =>
    await hold.write(
      async transaction => await changeStage(transaction, hold.run.id, stage.name, { ...next, endedAt: now }),
    )
  try {
    const step = nextStep(stage, pipeline, stages, () =>
      scopeFor(hold.run, pipeline, stage, stages, artifacts),
    )
    if (step !== 'skip') return step
    await change({ state: 'skipped' })
    metrics.stageEnded(stage.kind, 'skipped', 0)
    return 'skip'
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'invalid_request') throw error
    await change({ state: 'failed', error: { code: 'invalid_condition', message: error.message } })
    metrics.stageEnded(stage.kind, 'failed', 0)
    return 'fail'
  }
}

/** Whether a person, or the end of the time to answer, has moved it on. */
async function decide(hold: RunHold, stage: RunStage, { audit, metrics }: StageOptions): Promise<boolean> {
  const { run } = hold
  const now = new Date()
  const isOver = stage.expiresAt !== undefined && stage.expiresAt <= now
  if (!stage.decision && !isOver) return false
  const terms = stage.parameters as ApprovalTerms
  const outcome = await hold.write(async transaction => {
    if (!stage.decision) {
      const at = { outcome: 'expired', by: 'nobody', at: now, reason: '' } as const
      // somebody may have answered at this moment
      if (!(await decideStage(transaction, run.id, stage.name, at))) return undefined
      const actor = systemActor('pipelines')
      const subject = `pipeline-run:${run.id}`
      await audit.record(
        { actor, action: 'pipeline:expire', subject, tenant: run.tenant, after: { stage: stage.name } },
        transaction,
      )
    }
    const said = stage.decision?.outcome ?? 'expired'
    const isApproved = said === 'approved' || (said === 'expired' && terms.onExpiry === 'approve')
    const place = { runId: run.id, stage: stage.name, tenant: run.tenant }
    if (isApproved) {
      const value = {
        outcome: said,
        by: stage.decision?.by ?? 'nobody',
        reason: stage.decision?.reason ?? '',
      }
      await insertArtifact(transaction, place, valueArtifact('decision', 'value', value))
      await changeStage(transaction, run.id, stage.name, {
        state: 'succeeded',
        cache: 'run',
        progress: 1,
        endedAt: now,
      })
      return 'run' as const
    }
    const reason = stage.decision?.reason ?? ''
    const message =
      said === 'expired'
        ? `Nobody answered within ${terms.expiresAfterHours} hours.`
        : `${stage.decision?.by} rejected it${reason === '' ? '' : `: ${reason}`}.`
    await changeStage(transaction, run.id, stage.name, {
      state: 'failed',
      error: { code: said, message },
      endedAt: now,
    })
    return 'failed' as const
  })
  if (outcome) metrics.stageEnded(stage.kind, outcome, 0)
  return true
}

async function endCancelled(hold: RunHold, options: StageOptions): Promise<void> {
  const now = new Date()
  await hold.write(async transaction => {
    for (const stage of await listStages(transaction, hold.run.id)) {
      if (stageEnds.includes(stage.state)) continue
      await changeStage(transaction, hold.run.id, stage.name, { state: 'cancelled', step: '', endedAt: now })
    }
  })
  await finish(hold, 'cancelled', undefined, options)
}

async function end(hold: RunHold, stages: readonly RunStage[], options: StageOptions): Promise<void> {
  const failed = stages.filter(({ state }) => state === 'failed')
  const [first] = failed
  if (!first) return await finish(hold, 'succeeded', undefined, options)
  const more = failed.length > 1 ? `, and ${failed.length - 1} more failed` : ''
  await finish(hold, 'failed', `\`${first.name}\`: ${first.error?.message ?? ''}${more}`, options)
}

async function finish(
  hold: RunHold,
  state: 'succeeded' | 'failed' | 'cancelled',
  reason: string | undefined,
  { audit, metrics }: StageOptions,
): Promise<void> {
  const { run } = hold
  await hold.write(async transaction => {
    await endRun(transaction, run.id, { state, reason, now: new Date() })
    await audit.record(
      {
        actor: systemActor('pipelines'),
        action: 'pipeline:end',
        subject: `pipeline-run:${run.id}`,
        tenant: run.tenant,
        after: { state, reason: reason ?? null },
      },
      transaction,
    )
  })
  metrics.ended(state)
}

/** Rings for everybody who has begun to wait before. */
function createBell() {
  let bell = Promise.withResolvers<void>()
  let done = new AbortController()
  return {
    ring: (): void => {
      bell.resolve()
      done.abort()
      bell = Promise.withResolvers<void>()
      done = new AbortController()
    },
    wait: (): Promise<void> => bell.promise,
    signal: (): AbortSignal => done.signal,
  }
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  if (!Number.isFinite(ms))
    return await new Promise(resolve => signal.addEventListener('abort', () => resolve()))
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, Math.max(0, ms))
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
